#include "live_run.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "error.h"
#include "kernel_constants.h"

namespace pktgen {
namespace {

constexpr std::uint32_t kLoopbackIndex = 1;  // in every network namespace

struct Update {
  bpf_attr attributes{};
};

UniqueFd make_memory(std::size_t bytes) {
  return make_bpf_map({.type = BPF_MAP_TYPE_ARRAY,
                       .name = "pktgen_live",
                       .key_bytes = sizeof(std::uint32_t),
                       .value_bytes = static_cast<std::uint32_t>(bytes),
                       .entries = 1,
                       .flags = BPF_F_MMAPABLE});
}

UniqueFd make_devices() {
  return make_bpf_map({.type = BPF_MAP_TYPE_DEVMAP,
                       .name = "pktgen_device",
                       .key_bytes = sizeof(std::uint32_t),
                       .value_bytes = sizeof(std::uint32_t),
                       .entries = 1});
}

// In the namespace: the kernel looks the device up in that of the caller.
int update_map(void* argument) {
  auto* update = static_cast<Update*>(argument);
  const auto result = syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &update->attributes, sizeof(update->attributes));
  return result < 0 ? errno : 0;
}

}  // namespace

int run_live(int program_fd, std::span<const std::uint8_t> frame, std::uint32_t repeat,
             std::uint32_t inner_batch) noexcept {
  kernel::TestRun run{.prog_fd = static_cast<std::uint32_t>(program_fd),
                      .data_size_in = static_cast<std::uint32_t>(frame.size()),
                      .data_in = reinterpret_cast<std::uint64_t>(frame.data()),
                      .repeat = repeat,
                      .flags = kernel::kTestXdpLiveFrames,
                      .batch_size = inner_batch};
  return syscall(SYS_bpf, BPF_PROG_TEST_RUN, &run, sizeof(run)) < 0 ? errno : 0;
}

SharedMemory::SharedMemory(std::span<const std::uint8_t> content)
    : map_(make_memory(content.size())),
      memory_(MemoryMap::shared(content.size(), map_.get(), 0, "the memory of a BPF program")) {
  reset(content);
}

void SharedMemory::reset(std::span<const std::uint8_t> content) noexcept {
  std::memcpy(memory_.start(), content.data(), content.size());
}

UniqueFd make_device_map(const NetworkNamespace& where, std::uint32_t interface_index) {
  UniqueFd map = make_devices();
  const std::uint32_t key = 0;
  Update update;
  update.attributes.map_fd = static_cast<std::uint32_t>(map.get());
  update.attributes.key = reinterpret_cast<std::uint64_t>(&key);
  update.attributes.value = reinterpret_cast<std::uint64_t>(&interface_index);
  const int error = where.call(update_map, &update);
  if (error != 0) throw Error::from_errno(error, "putting the device into a BPF map");
  return map;
}

UniqueFd load_live(const LiveProgram& program, int memory_fd, int devices_fd) {
  return load_xdp_program(program.code.code(memory_fd, devices_fd), "pktgen_live");
}

void try_to_load(const LiveProgram& program) {
  const UniqueFd memory = make_memory(program.memory.size());
  const UniqueFd devices = make_devices();
  (void)load_live(program, memory.get(), devices.get());
}

Warmth::Warmth(int program_fd)
    : where_(NetworkNamespace::make_private()),
      link_(attach_xdp(*where_, kLoopbackIndex, program_fd, XdpMode::kGeneric)) {}

}  // namespace pktgen
