// Writes the frames to a capture file instead of handing them to the kernel: what would be sent, without
// privileges.
#include <pcap/pcap.h>

#include <array>
#include <cstdio>
#include <memory>

#include "../clock.h"
#include "../engine.h"
#include "../error.h"

namespace pktgen {
namespace {

constexpr int kSnapshotBytes = 65535;

struct Closer {
  void operator()(pcap_t* handle) const noexcept { pcap_close(handle); }
  void operator()(pcap_dumper_t* dumper) const noexcept { pcap_dump_close(dumper); }
};

class PcapFile final : public Engine {
 public:
  explicit PcapFile(const EnginePlan& plan)
      : program_(plan.program),
        format_(
            pcap_open_dead_with_tstamp_precision(DLT_EN10MB, kSnapshotBytes, PCAP_TSTAMP_PRECISION_NANO)) {
    const std::string& name = plan.options.text("to");
    FILE* file = std::fopen(name.c_str(), "wbe");
    if (file == nullptr) throw Error::from_errno(errno, "writing " + name);
    dumper_.reset(pcap_dump_fopen(format_.get(), file));
    if (!dumper_) {
      std::fclose(file);
      throw Error("EIO", "writing " + name + ": " + pcap_geterr(format_.get()));
    }
  }

  std::uint32_t slots(std::uint32_t wanted) noexcept override { return wanted; }

  // A frame counts as sent when it is with the kernel: written, and not only buffered.
  SubmitResult submit(std::uint32_t count) noexcept override {
    const std::uint64_t now_ns = clock_ns(CLOCK_REALTIME);
    const auto bytes = static_cast<bpf_u_int32>(program_->frame.size());
    // With nanosecond precision the member tv_usec holds nanoseconds
    // (pcap_open_dead_with_tstamp_precision(3PCAP)).
    const pcap_pkthdr header{.ts = {.tv_sec = static_cast<time_t>(now_ns / kNsPerSecond),
                                    .tv_usec = static_cast<suseconds_t>(now_ns % kNsPerSecond)},
                             .caplen = bytes,
                             .len = bytes};
    errno = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      pcap_dump(reinterpret_cast<u_char*>(dumper_.get()), &header, program_->frame.data());
    }
    if (pcap_dump_flush(dumper_.get()) != 0 || std::ferror(pcap_dump_file(dumper_.get())) != 0) {
      return {.status = SubmitResult::Status::kError, .error = errno != 0 ? errno : EIO, .syscalls = 1};
    }
    return {.sent = count, .syscalls = 1};
  }

  void drain(std::uint64_t /*deadline_ns*/) noexcept override {}

 private:
  std::shared_ptr<const FrameProgram> program_;
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
    .probe = [](const NetworkNamespace&, const Link&) -> std::optional<Refusal> { return std::nullopt; },
    .open = [](const EnginePlan& plan) -> std::unique_ptr<Engine> {
      return std::make_unique<PcapFile>(plan);
    },
};
const EngineRegistration registration(info);

}  // namespace
}  // namespace pktgen
