// SPDX-License-Identifier: GPL-2.0-only
#include "pipe.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace scx::bench {

namespace {

// The other process: sends back what it gets, until there is no one to send any more.
[[noreturn]] void echo(int from, int to) {
  char byte;
  while (::read(from, &byte, 1) == 1 && ::write(to, &byte, 1) == 1) {
  }
  ::_exit(0);
}

}  // namespace

PipePair::PipePair(Fd to, Fd from, int pid)
    : to_(std::move(to)), from_(std::move(from)), pid_(pid) {}

PipePair::PipePair(PipePair&& other) noexcept
    : to_(std::move(other.to_)),
      from_(std::move(other.from_)),
      pid_(std::exchange(other.pid_, 0)) {}

PipePair::~PipePair() {
  if (!pid_) return;
  to_ = Fd();  // the other process reads the end of its file
  ::waitpid(pid_, nullptr, 0);
}

Result<PipePair> PipePair::start() {
  int there[2], back[2];
  if (::pipe(there)) return fail_errno(errno, "making a pipe");
  Fd there_read(there[0]), there_write(there[1]);
  if (::pipe(back)) return fail_errno(errno, "making a pipe");
  Fd back_read(back[0]), back_write(back[1]);

  const int pid = ::fork();
  if (pid < 0) return fail_errno(errno, "starting the process at the pipe's other end");
  if (!pid) {
    there_write = Fd();  // or it would never see the end
    echo(there_read.get(), back_write.get());
  }
  return PipePair(std::move(there_write), std::move(back_read), pid);
}

Result<std::int64_t> PipePair::trips(int count) {
  const auto start = std::chrono::steady_clock::now();
  char byte = 'x';
  for (int i = 0; i < count; i++) {
    if (::write(to_.get(), &byte, 1) != 1 || ::read(from_.get(), &byte, 1) != 1)
      return fail_errno(errno, "sending a byte through the pipes");
  }
  return std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count();
}

}  // namespace scx::bench
