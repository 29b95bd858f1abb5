#include "capture_file.h"

#include <fcntl.h>
#include <pcap/pcap.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

#include "border.h"
#include "clock.h"
#include "decode.h"
#include "error.h"
#include "unique_fd.h"

namespace pktgen {
namespace {

// One period of a frame program's schedule; and what two copies of still fit on a small machine.
constexpr std::uint32_t kMostFrames = 1U << 20U;
constexpr std::uint64_t kMostBytes = 1ULL << 30U;

struct Closer {
  void operator()(FILE* file) const noexcept { std::fclose(file); }
  void operator()(pcap_t* handle) const noexcept { pcap_close(handle); }
};
using Handle = std::unique_ptr<pcap_t, Closer>;

// By descriptor, so that what was looked at is what is read; without blocking, or a FIFO would hold us up.
std::unique_ptr<FILE, Closer> open_regular(const std::string& name) {
  UniqueFd fd(open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (fd.get() < 0 || fstat(fd.get(), &status) != 0) throw Error::from_errno(errno, name);
  if (S_ISDIR(status.st_mode)) throw Error::from_errno(EISDIR, name);
  if (!S_ISREG(status.st_mode)) throw Error("EINVAL", name + ": not a regular file");
  std::unique_ptr<FILE, Closer> file(fdopen(fd.get(), "rb"));
  if (!file) throw Error::from_errno(errno, name);
  fd.release();
  return file;
}

Handle open_capture(const std::string& name) {
  auto file = open_regular(name);
  std::array<char, PCAP_ERRBUF_SIZE> reason{};
  Handle handle(
      pcap_fopen_offline_with_tstamp_precision(file.get(), PCAP_TSTAMP_PRECISION_NANO, reason.data()));
  if (!handle) throw Error("EBADMSG", name + ": not a capture file: " + reason.data());
  static_cast<void>(file.release());  // the handle closes it
  return handle;
}

std::string require_ethernet(const Handle& handle, const std::string& name) {
  const int type = pcap_datalink(handle.get());
  const char* known = pcap_datalink_val_to_name(type);
  std::string word = known != nullptr ? known : "link type " + std::to_string(type);
  if (type == DLT_EN10MB) return word;
  const char* text = pcap_datalink_val_to_description(type);
  throw Error("EPROTONOSUPPORT", name + ": its frames are " + (text != nullptr ? text : "of a kind unknown") +
                                     " (" + word + "); expected Ethernet (EN10MB)");
}

void append(CaptureFile& capture, const pcap_pkthdr& header, const u_char* data) {
  capture.offsets.push_back(static_cast<std::uint32_t>(capture.bytes.size()));
  capture.lengths.push_back(header.caplen);
  capture.wire_lengths.push_back(header.len);
  // With nanosecond precision tv_usec holds nanoseconds (pcap_open_offline_with_tstamp_precision(3PCAP)).
  capture.times_ns.push_back(static_cast<std::uint64_t>(header.ts.tv_sec) * kNsPerSecond +
                             static_cast<std::uint64_t>(header.ts.tv_usec));
  capture.bytes.insert(capture.bytes.end(), data, data + header.caplen);
}

[[noreturn]] void refuse_size(const std::string& name, const std::string& most) {
  throw Error("EFBIG", name + ": more than " + most + "; limit the frames, or cut the file with editcap");
}

// libpcap has no code for it, only the words.
bool says_truncated(const char* reason) { return std::strstr(reason, "truncated") != nullptr; }

// A copy into memory that JavaScript owns.
template <typename Array, typename Number>
Array encode(Napi::Env env, const std::vector<Number>& numbers) {
  Array out = Array::New(env, numbers.size());
  if (!numbers.empty()) std::memcpy(out.Data(), numbers.data(), numbers.size() * sizeof(Number));
  return out;
}

// A capture may be large: JavaScript gets the very bytes, and frees them.
Napi::Uint8Array hand_over(Napi::Env env, std::vector<std::uint8_t>&& bytes) {
  if (bytes.empty()) return Napi::Uint8Array::New(env, 0);
  auto* owned = new std::vector<std::uint8_t>(std::move(bytes));
  const auto buffer = Napi::ArrayBuffer::New(
      env, owned->data(), owned->size(),
      [](Napi::Env, void*, std::vector<std::uint8_t>* vector) { delete vector; }, owned);
  return Napi::Uint8Array::New(env, owned->size(), buffer, 0);
}

}  // namespace

CaptureFile read_capture(const std::string& name, std::optional<std::uint32_t> limit_frames) {
  const Handle handle = open_capture(name);
  CaptureFile capture;
  capture.link_type = require_ethernet(handle, name);
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  while (capture.offsets.size() < limit_frames.value_or(kMostFrames + 1)) {
    const int result = pcap_next_ex(handle.get(), &header, &data);
    if (result == PCAP_ERROR_BREAK) return capture;  // the end of the file
    if (result != 1) {
      const char* reason = pcap_geterr(handle.get());
      capture.truncated_file = says_truncated(reason);
      if (capture.truncated_file) return capture;
      throw Error("EBADMSG", name + ": frame " + std::to_string(capture.offsets.size() + 1) + ": " + reason);
    }
    if (capture.bytes.size() + header->caplen > kMostBytes) refuse_size(name, "1 GiB of frames");
    if (capture.offsets.size() == kMostFrames) refuse_size(name, "1,048,576 frames");
    append(capture, *header, data);
  }
  return capture;
}

Napi::Value read_capture_file(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string name = decode_string(info[0], "file");
  std::optional<std::uint32_t> limit;
  if (!info[1].IsNull()) limit = decode_u32(info[1], "limitFrames", 1, kMostFrames);
  CaptureFile capture = guarded(env, [&] {
    try {
      return read_capture(name, limit);
    } catch (const std::bad_alloc&) {
      throw Error::from_errno(ENOMEM, name);
    }
  });
  Napi::Object out = Napi::Object::New(env);
  out.Set("bytes", hand_over(env, std::move(capture.bytes)));
  out.Set("offsets", encode<Napi::Uint32Array>(env, capture.offsets));
  out.Set("lengths", encode<Napi::Uint32Array>(env, capture.lengths));
  out.Set("wireLengths", encode<Napi::Uint32Array>(env, capture.wire_lengths));
  out.Set("timesNs", encode<Napi::BigUint64Array>(env, capture.times_ns));
  out.Set("linkType", capture.link_type);
  out.Set("truncatedFile", capture.truncated_file);
  return out;
}

}  // namespace pktgen
