// SPDX-License-Identifier: GPL-2.0-only
#include "children.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "busy.h"

namespace scx::bench {

namespace {

Status make_pipe(Fd& read_end, Fd& write_end) {
  int ends[2];
  if (::pipe(ends)) return fail_errno(errno, "making a pipe");
  read_end = Fd(ends[0]);
  write_end = Fd(ends[1]);
  return {};
}

}  // namespace

Result<Children> Children::make() {
  Children children;
  SCX_TRY(make_pipe(children.ready_read_, children.ready_write_));
  SCX_TRY(make_pipe(children.go_read_, children.go_write_));
  return children;
}

Children::Children(Children&& other) noexcept
    : ready_read_(std::move(other.ready_read_)),
      ready_write_(std::move(other.ready_write_)),
      go_read_(std::move(other.go_read_)),
      go_write_(std::move(other.go_write_)),
      pids_(std::exchange(other.pids_, {})) {}

Children::~Children() {
  if (pids_.empty()) return;
  signal(SIGKILL);
  for (const int pid : pids_) ::waitpid(pid, nullptr, 0);
}

Status Children::add(const std::function<bool()>& work) {
  const int pid = ::fork();
  if (pid < 0) return fail_errno(errno, "starting a process of the workload");
  if (!pid) {
    ::setpgid(0, pids_.empty() ? 0 : pids_.front());
    go_write_ = Fd();  // or the word would never come
    char byte = 0;
    const bool started =
        ::write(ready_write_.get(), &byte, 1) == 1 && ::read(go_read_.get(), &byte, 1) == 0;
    ::_exit(started && work() ? 0 : 1);
  }
  pids_.push_back(pid);
  ::setpgid(pid, pids_.front());  // here too: a signal may come before the process has run
  return {};
}

Status Children::go() {
  char byte;
  for (std::size_t i = 0; i < pids_.size(); i++) {
    if (::read(ready_read_.get(), &byte, 1) != 1)
      return fail_errno(errno, "waiting for the workload's processes");
  }
  go_write_ = Fd();
  return {};
}

Status Children::wait() {
  int failed = 0;
  for (const int pid : std::exchange(pids_, {})) {
    int status;
    if (::waitpid(pid, &status, 0) != pid || status) failed++;
  }
  if (failed)
    return fail(ErrorKind::io, std::to_string(failed) + " processes of the workload failed");
  return {};
}

void Children::signal(int number) const {
  if (!pids_.empty()) ::kill(-pids_.front(), number);
}

Result<Children> start_hogs(int per_cpu) {
  Children hogs = SCX_TRY(Children::make());
  const long count = ::sysconf(_SC_NPROCESSORS_ONLN) * per_cpu;
  for (long i = 0; i < count; i++) SCX_TRY(hogs.add([]() -> bool { compute_for_ever(); }));
  SCX_TRY(hogs.go());
  return hogs;
}

}  // namespace scx::bench
