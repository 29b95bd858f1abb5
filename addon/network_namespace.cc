#include "network_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <string>

#include "error.h"

namespace pktgen {
namespace {

constexpr std::size_t kChildStackBytes = 64UL * 1024;

struct Child {
  int net_fd = -1;   // in or out
  int user_fd = -1;  // in or out
  int domain = 0;
  int type = 0;
  int protocol = 0;
  int socket_fd = -1;
  int error = 0;
};

// Both bodies run in a child with CLONE_VM and CLONE_VFORK: system calls only, no allocation, no exceptions.
int hold_namespaces(void* argument) {
  auto* child = static_cast<Child*>(argument);
  child->net_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  child->user_fd = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
  if (child->net_fd < 0 || child->user_fd < 0) child->error = errno;
  return 0;
}

int enter_and_open_socket(void* argument) {
  auto* child = static_cast<Child*>(argument);
  const bool entered = (child->user_fd < 0 || setns(child->user_fd, CLONE_NEWUSER) == 0) &&
                       setns(child->net_fd, CLONE_NEWNET) == 0;
  if (entered) child->socket_fd = socket(child->domain, child->type | SOCK_CLOEXEC, child->protocol);
  if (child->socket_fd < 0) child->error = errno;
  return 0;
}

// Runs `body` in a short-lived child that shares our memory and descriptors. Returns 0 or an errno.
// No exit signal is asked for, so that Node's SIGCHLD handling never sees this child; __WCLONE waits for such
// ones.
int run_in_child(int (*body)(void*), int namespace_flags, Child* child) {
  void* stack =
      mmap(nullptr, kChildStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return errno;
  const int flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | namespace_flags;
  // A signal handler of Node's must not run in the child: it would run on our memory, and once more here.
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = clone(body, static_cast<char*>(stack) + kChildStackBytes, flags, child);
  const int error = pid < 0 ? errno : child->error;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  while (pid > 0 && waitpid(pid, nullptr, __WCLONE) < 0 && errno == EINTR) {
  }
  munmap(stack, kChildStackBytes);
  return error;
}

}  // namespace

std::shared_ptr<const NetworkNamespace> NetworkNamespace::host() {
  return std::make_shared<const NetworkNamespace>();
}

std::shared_ptr<const NetworkNamespace> NetworkNamespace::make_private() {
  auto made = std::make_shared<NetworkNamespace>();
  Child child;
  int error = run_in_child(hold_namespaces, CLONE_NEWNET, &child);
  const bool needs_user = error == EPERM;
  if (needs_user) {
    child = Child{};
    error = run_in_child(hold_namespaces, CLONE_NEWNET | CLONE_NEWUSER, &child);
  }
  made->net_ = UniqueFd(child.net_fd);
  UniqueFd user(child.user_fd);
  if (needs_user) made->user_ = std::move(user);
  if (error != 0) {
    throw Error::from_errno(
        error, needs_user ? "making a user and network namespace" : "making a network namespace");
  }
  return made;
}

UniqueFd NetworkNamespace::open_socket(int domain, int type, int protocol) const {
  Child child{
      .net_fd = net_.get(), .user_fd = user_.get(), .domain = domain, .type = type, .protocol = protocol};
  if (is_private()) {
    const int error = run_in_child(enter_and_open_socket, 0, &child);
    if (error != 0) throw Error::from_errno(error, "opening a socket in the private namespace");
  } else {
    child.socket_fd = socket(domain, type | SOCK_CLOEXEC, protocol);
    if (child.socket_fd < 0) throw Error::from_errno(errno, "opening a socket");
  }
  return UniqueFd(child.socket_fd);
}

}  // namespace pktgen
