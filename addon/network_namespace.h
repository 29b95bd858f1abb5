// Where sockets are made: the caller's own network namespace, or a private one that only this process holds.
#pragma once

#include <memory>

#include "unique_fd.h"

namespace pktgen {

// A private namespace is held by two file descriptors of this process and by nothing else: no name, no mount,
// no second process. It is gone, with every interface in it, as soon as the process is, whatever ends it.
//
// A thread of a process with several threads cannot enter a user namespace (user_namespaces(7)), so sockets
// are made by a child which shares memory and descriptor table with us for the few microseconds that it
// lives. All further work on such a socket is done here: the owner of a user namespace holds every capability
// in it (capabilities(7)).
class NetworkNamespace {
 public:
  static std::shared_ptr<const NetworkNamespace> host();

  // Makes a namespace; inside a new user namespace when the caller may not do it otherwise.
  // Throws Error: EPERM, ENOSPC, EUSERS … with what the kernel said to the last attempt.
  static std::shared_ptr<const NetworkNamespace> make_private();

  // A socket in this namespace, close-on-exec. Throws Error with the errno of socket(2).
  [[nodiscard]] UniqueFd open_socket(int domain, int type, int protocol) const;

  // Runs `body` in this namespace and returns what it returns: 0 or an errno. For a private one it runs in
  // the child: system calls only, no allocation, no exceptions. Descriptors that it opens are ours.
  [[nodiscard]] int call(int (*body)(void*), void* argument) const;

  [[nodiscard]] bool is_private() const noexcept { return static_cast<bool>(net_); }
  [[nodiscard]] bool in_user_namespace() const noexcept { return static_cast<bool>(user_); }
  [[nodiscard]] int net_fd() const noexcept { return net_.get(); }
  [[nodiscard]] int user_fd() const noexcept { return user_.get(); }

 private:
  UniqueFd net_;   // private: /proc/self/ns/net of the new namespace
  UniqueFd user_;  // only when a user namespace was needed
};

}  // namespace pktgen
