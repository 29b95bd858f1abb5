#include "bpf.h"

#include <bpf/bpf.h>
#include <linux/if_link.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "error.h"
#include "kernel_constants.h"

namespace pktgen {
namespace {

// Room for its end, where the reason is: some 100 bytes for each of 100,000 instructions. A log that is too
// long loses that end on older kernels.
constexpr std::size_t kLogBytes = std::size_t{1} << 24U;

// The verifier says at the end what it did not like; the very last line is its statistics. It may say
// nothing.
std::string complaint(const std::vector<char>& log, int error) {
  std::string text(log.data(), strnlen(log.data(), log.size()));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (const auto statistics = text.rfind("\nprocessed "); statistics != std::string::npos) {
    text.erase(statistics);
  }
  text.erase(0, text.rfind('\n') + 1);
  return text.empty() ? Error::describe(error) : text;
}

struct Attachment {
  bpf_attr attributes;
  int fd = -1;
};

// In the namespace: the kernel looks the interface up in that of the caller.
int create_link(void* argument) {
  auto* attachment = static_cast<Attachment*>(argument);
  attachment->fd = static_cast<int>(
      syscall(SYS_bpf, BPF_LINK_CREATE, &attachment->attributes, sizeof(attachment->attributes)));
  return attachment->fd < 0 ? errno : 0;
}

// The same answer to every frame. Without the flag a veth whose MTU is above a page takes no native program
// (drivers/net/veth.c, veth_xdp_set: ERANGE); kernels before 5.18 do not know it.
UniqueFd load_verdict(xdp_action verdict, const char* name) {
  const std::array answer{
      bpf_insn{
          .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = verdict},
      bpf_insn{.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  };
  try {
    return load_xdp_program(answer, name, kernel::kXdpHasFrags);
  } catch (const Error& error) {
    if (error.code() != "EINVAL") throw;
    return load_xdp_program(answer, name);
  }
}

}  // namespace

UniqueFd load_xdp_program(std::span<const bpf_insn> instructions, const char* name, std::uint32_t flags) {
  LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = flags);
  const auto load = [&] {
    return bpf_prog_load(BPF_PROG_TYPE_XDP, name, "GPL", instructions.data(), instructions.size(), &options);
  };
  UniqueFd program(load());
  if (program) return program;
  const int error = errno;
  if (error == EPERM) throw Error::from_errno(error, std::string("loading the BPF program ") + name);
  const std::string refused = std::string("the kernel refuses the BPF program ") + name + ": ";
  // It is known what that means, and a second try may take the verifier seconds.
  if (error == E2BIG) {
    throw Error("E2BIG", refused + std::to_string(instructions.size()) +
                             " instructions are too many, or too intricate, for its verifier (E2BIG)");
  }
  std::vector<char> log(kLogBytes);
  options.log_buf = log.data();
  options.log_size = kLogBytes;
  options.log_level = 1;
  const UniqueFd again(load());
  throw Error(Error::errno_name(error), refused + complaint(log, error));
}

UniqueFd make_bpf_map(const BpfMap& map) {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = map.flags);
  UniqueFd made(bpf_map_create(map.type, map.name, map.key_bytes, map.value_bytes, map.entries, &options));
  if (!made) throw Error::from_errno(errno, std::string("making the BPF map ") + map.name);
  return made;
}

UniqueFd attach_xdp(const NetworkNamespace& where, std::uint32_t interface_index, int program_fd,
                    XdpMode mode) {
  Attachment attachment{};
  attachment.attributes.link_create.prog_fd = static_cast<std::uint32_t>(program_fd);
  attachment.attributes.link_create.target_ifindex = interface_index;
  attachment.attributes.link_create.attach_type = BPF_XDP;
  attachment.attributes.link_create.flags =
      mode == XdpMode::kNative ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
  attachment.fd = -1;
  const int error = where.call(create_link, &attachment);
  if (error != 0) throw Error::from_errno(error, "attaching an XDP program");
  return UniqueFd(attachment.fd);
}

UniqueFd drop_program() { return load_verdict(XDP_DROP, "pktgen_drop"); }
UniqueFd pass_program() { return load_verdict(XDP_PASS, "pktgen_pass"); }

}  // namespace pktgen
