// Writes the frames to a capture file instead of handing them to the kernel: what would be sent, without
// privileges.
#include <fcntl.h>
#include <pcap/pcap.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <vector>

#include "../clock.h"
#include "../engine.h"
#include "../error.h"
#include "../slot_ring.h"
#include "../unique_fd.h"

namespace pktgen {
namespace {

constexpr int kSnapshotBytes = 65535;

struct Closer {
  void operator()(pcap_t* handle) const noexcept { pcap_close(handle); }
  void operator()(pcap_dumper_t* dumper) const noexcept { pcap_dump_close(dumper); }
};

// Never waits: a FIFO without a reader would block for ever, and one with a reader gets no file that can be
// replaced.
FILE* open_for_writing(const std::string& name) {
  constexpr mode_t kEverybody = 0666;  // less the umask
  UniqueFd file(open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, kEverybody));
  struct stat status {};
  if (file.get() < 0 && errno == ENXIO)
    throw Error("ENXIO", "writing " + name + ": it is a FIFO; name a file");
  if (file.get() < 0 || fstat(file.get(), &status) != 0) throw Error::from_errno(errno, "writing " + name);
  if (S_ISFIFO(status.st_mode)) throw Error("EINVAL", "writing " + name + ": it is a FIFO; name a file");
  FILE* stream = fdopen(file.get(), "wb");
  if (stream == nullptr) throw Error::from_errno(errno, "writing " + name);
  (void)file.release();
  return stream;
}

class PcapFile final : public Engine {
 public:
  explicit PcapFile(const EnginePlan& plan)
      : slots_(plan.batch),
        memory_(std::size_t{plan.batch} * plan.longest_frame_bytes),
        format_(
            pcap_open_dead_with_tstamp_precision(DLT_EN10MB, kSnapshotBytes, PCAP_TSTAMP_PRECISION_NANO)) {
    for (std::size_t i = 0; i < slots_.size(); ++i)
      slots_[i].data = memory_.data() + i * plan.longest_frame_bytes;
    const std::string& name = plan.options.text("to");
    FILE* file = open_for_writing(name);
    dumper_.reset(pcap_dump_fopen(format_.get(), file));
    if (!dumper_) {
      std::fclose(file);
      throw Error("EIO", "writing " + name + ": " + pcap_geterr(format_.get()));
    }
  }

  std::span<Slot* const> slots(std::uint32_t wanted) noexcept override {
    return slots_.from(0, std::min<std::size_t>(wanted, slots_.size()));
  }
  [[nodiscard]] std::uint32_t capacity() const noexcept override {
    return static_cast<std::uint32_t>(slots_.size());
  }

  // A frame counts as sent when it is with the kernel: written, and not only buffered.
  SubmitResult submit(std::uint32_t count) noexcept override {
    const std::uint64_t now_ns = clock_ns(CLOCK_REALTIME);
    // With nanosecond precision the member tv_usec holds nanoseconds
    // (pcap_open_dead_with_tstamp_precision(3PCAP)).
    pcap_pkthdr header{.ts = {.tv_sec = static_cast<time_t>(now_ns / kNsPerSecond),
                              .tv_usec = static_cast<suseconds_t>(now_ns % kNsPerSecond)},
                       .caplen = 0,
                       .len = 0};
    errno = 0;
    for (const Slot* slot : slots_.from(0, count)) {
      header.caplen = header.len = slot->frame_bytes;
      pcap_dump(reinterpret_cast<u_char*>(dumper_.get()), &header, slot->data);
    }
    // The writes that the C library makes before, whenever its buffer is full, remain user space.
    const int flushed = calls().make([&] { return pcap_dump_flush(dumper_.get()); });
    if (flushed != 0 || std::ferror(pcap_dump_file(dumper_.get())) != 0)
      return {.status = SubmitResult::Status::kError, .error = errno != 0 ? errno : EIO};
    return {.sent = count};
  }

  void drain(std::uint64_t /*deadline_ns*/) noexcept override {}

 private:
  SlotRing slots_;
  std::vector<std::uint8_t> memory_;
  std::unique_ptr<pcap_t, Closer> format_;
  std::unique_ptr<pcap_dumper_t, Closer> dumper_;
};

constexpr std::array kOptions{
    EngineOption{.name = "to",
                 .type = EngineOption::Type::kText,
                 .argument = "FILE",
                 .description = "the capture file to write, nanosecond pcap; an existing one is replaced"},
};

EngineInfo info{
    .name = "pcap",
    .summary = "writes the frames to a capture file; needs no device and no privileges",
    .needs_device = false,
    .maximum_workers = 1,
    .default_count = 1000,
    .options = kOptions,
    .probe = [](const Occasion&) -> Fit { return {}; },
    .open = [](const EnginePlan& plan) -> std::unique_ptr<Engine> {
      return std::make_unique<PcapFile>(plan);
    },
};
const EngineRegistration registration(info);

}  // namespace
}  // namespace pktgen
