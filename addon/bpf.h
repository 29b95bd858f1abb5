// BPF programs and maps: loaded through libbpf, attached to interfaces by links. A link is a descriptor: what
// it attached is gone when the process is, whatever ends it.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <span>

#include "network_namespace.h"

namespace pktgen {

// `flags`: BPF_F_*. Throws Error: EPERM without CAP_BPF and CAP_NET_ADMIN in the initial user namespace;
// E2BIG for too large a program; else with the end of the verifier's log.
UniqueFd load_xdp_program(std::span<const bpf_insn> instructions, const char* name, std::uint32_t flags = 0);

struct BpfMap {
  bpf_map_type type;
  const char* name;
  std::uint32_t key_bytes;
  std::uint32_t value_bytes;
  std::uint32_t entries;
  std::uint32_t flags = 0;  // BPF_F_*
};
UniqueFd make_bpf_map(const BpfMap& map);  // throws Error

enum class XdpMode : std::uint8_t { kNative, kGeneric };

// Attaches an XDP program to an interface of that namespace for as long as the result is open. Throws Error:
// EBUSY where another program is attached, EOPNOTSUPP where the driver has no native XDP, EINVAL ….
UniqueFd attach_xdp(const NetworkNamespace& where, std::uint32_t interface_index, int program_fd,
                    XdpMode mode);

// Drops every frame.
UniqueFd drop_program();

// Passes every frame on to the kernel.
UniqueFd pass_program();

}  // namespace pktgen
