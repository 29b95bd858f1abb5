#include "network_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <string_view>

#include "error.h"

namespace pktgen {
namespace {

constexpr std::size_t kChildStackBytes = 64UL * 1024;

struct Holder {
  int net_fd = -1;
  int user_fd = -1;
  // Of the new user namespace: its only user. Empty when there is none.
  std::string_view uid_map;
};

struct Visit {
  int net_fd;
  int user_fd;
  int (*body)(void*);
  void* argument;
};

struct Opening {
  int domain;
  int type;
  int protocol;
  int fd = -1;
};

// These run in a child with CLONE_VM and CLONE_VFORK: system calls only, no allocation, no exceptions. They
// return 0 or an errno.

// user_namespaces(7): only with a user ID of its own keeps a program that is started in there its
// capabilities, as `nsenter` starts one that looks at the frames of a lab. Without it all but that works.
void map_user(std::string_view map) {
  const int fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  [[maybe_unused]] const ssize_t written = write(fd, map.data(), map.size());
  close(fd);
}

int hold_namespaces(void* argument) {
  auto* holder = static_cast<Holder*>(argument);
  if (!holder->uid_map.empty()) map_user(holder->uid_map);
  holder->net_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  holder->user_fd = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
  return holder->net_fd < 0 || holder->user_fd < 0 ? errno : 0;
}

int enter(void* argument) {
  const auto* visit = static_cast<Visit*>(argument);
  const bool entered = (visit->user_fd < 0 || setns(visit->user_fd, CLONE_NEWUSER) == 0) &&
                       setns(visit->net_fd, CLONE_NEWNET) == 0;
  return entered ? visit->body(visit->argument) : errno;
}

int make_socket(void* argument) {
  auto* opening = static_cast<Opening*>(argument);
  opening->fd = socket(opening->domain, opening->type | SOCK_CLOEXEC, opening->protocol);
  return opening->fd < 0 ? errno : 0;
}

struct Child {
  int (*body)(void*);
  void* argument;
  int error = 0;
};

int child_main(void* argument) {
  auto* child = static_cast<Child*>(argument);
  child->error = child->body(child->argument);
  return 0;
}

// Runs `body` in a short-lived child that shares our memory and descriptors. Returns 0 or an errno.
// No exit signal is asked for, so that Node's SIGCHLD handling never sees this child; __WCLONE waits for such
// ones.
int run_in_child(int (*body)(void*), int namespace_flags, void* argument) {
  Child child{.body = body, .argument = argument};
  void* stack =
      mmap(nullptr, kChildStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return errno;
  const int flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | namespace_flags;
  // A signal handler of Node's must not run in the child: it would run on our memory, and once more here.
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = clone(child_main, static_cast<char*>(stack) + kChildStackBytes, flags, &child);
  const int error = pid < 0 ? errno : child.error;
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
  Holder holder;
  int error = run_in_child(hold_namespaces, CLONE_NEWNET, &holder);
  const bool needs_user = error == EPERM;
  if (needs_user) {
    const std::string root = "0 " + std::to_string(geteuid()) + " 1\n";
    holder = Holder{.uid_map = root};
    error = run_in_child(hold_namespaces, CLONE_NEWNET | CLONE_NEWUSER, &holder);
  }
  made->net_ = UniqueFd(holder.net_fd);
  UniqueFd user(holder.user_fd);
  if (needs_user) made->user_ = std::move(user);
  if (error != 0) {
    throw Error::from_errno(
        error, needs_user ? "making a user and network namespace" : "making a network namespace");
  }
  return made;
}

int NetworkNamespace::call(int (*body)(void*), void* argument) const {
  if (!is_private()) return body(argument);
  Visit visit{.net_fd = net_.get(), .user_fd = user_.get(), .body = body, .argument = argument};
  return run_in_child(enter, 0, &visit);
}

UniqueFd NetworkNamespace::open_socket(int domain, int type, int protocol) const {
  Opening opening{.domain = domain, .type = type, .protocol = protocol};
  const int error = call(make_socket, &opening);
  if (error != 0) {
    throw Error::from_errno(error,
                            is_private() ? "opening a socket in the private namespace" : "opening a socket");
  }
  return UniqueFd(opening.fd);
}

}  // namespace pktgen
