// SPDX-License-Identifier: GPL-2.0-only
#include "scheduler.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

#include "scx/base/file.h"

namespace scx::bench {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto pause = 1ms;
constexpr auto patience = 120s;
constexpr const char* state_file = "/sys/kernel/sched_ext/state";
constexpr const char* sequence_file = "/sys/kernel/sched_ext/enable_seq";
constexpr const char* output_file = "/tmp/bench.scheduler";

// The child: becomes the command, with its output in a file.
[[noreturn]] void become(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const int out = ::open(output_file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

// "disabled", "enabled" and what is in between.
Result<bool> state_is(std::string_view state) {
  const std::string now = SCX_TRY(read_line(state_file));
  return now == state;
}

// An error with what the scheduler wrote.
std::unexpected<Error> failed(std::string what) {
  Error error{ErrorKind::io, 0, std::move(what), {}, {}};
  error.evidence = read_file(output_file).value_or("");
  return std::unexpected(std::move(error));
}

std::string how_it_ended(int status) {
  return WIFSIGNALED(status) ? "by signal " + std::to_string(WTERMSIG(status))
                             : "with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Scheduler::Scheduler(Scheduler&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      attach_ns_(other.attach_ns_),
      sequence_(std::move(other.sequence_)) {}

Scheduler::~Scheduler() {
  if (!pid_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Result<Scheduler> Scheduler::start(const std::vector<std::string>& command) {
  if (!SCX_TRY(state_is("disabled")))
    return fail(ErrorKind::busy, "starting " + command[0] + ": another scheduler is there already");
  const auto start = Clock::now();
  const int pid = ::fork();
  if (pid < 0) return fail_errno(errno, "starting " + command[0]);
  if (!pid) become(command);
  Scheduler scheduler(pid);
  SCX_TRY(scheduler.wait_enabled());
  scheduler.attach_ns_ = std::chrono::nanoseconds(Clock::now() - start).count();
  return scheduler;
}

Status Scheduler::wait_enabled() {
  const auto deadline = Clock::now() + patience;
  while (!SCX_TRY(state_is("enabled"))) {
    int status;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = 0;
      return failed("the scheduler ended " + how_it_ended(status) + " before it was attached");
    }
    if (Clock::now() > deadline) return failed("the scheduler is not attached after two minutes");
    std::this_thread::sleep_for(pause);
  }
  return {};
}

Status Scheduler::check() {
  int status;
  if (::waitpid(pid_, &status, WNOHANG) == pid_) {
    pid_ = 0;
    return failed("the scheduler ended " + how_it_ended(status));
  }
  if (!SCX_TRY(state_is("enabled"))) return failed("the scheduler is not attached any more");
  const std::string sequence = read_line(sequence_file).value_or("");
  if (sequence_.empty()) sequence_ = sequence;
  if (sequence != sequence_) return failed("the scheduler was attached anew");
  return {};
}

Status Scheduler::stop() {
  const auto deadline = Clock::now() + patience;
  int status;
  ::kill(pid_, SIGINT);
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (Clock::now() > deadline) return failed("the scheduler does not end on SIGINT");
    std::this_thread::sleep_for(pause);
  }
  pid_ = 0;
  while (!SCX_TRY(state_is("disabled"))) {
    if (Clock::now() > deadline)
      return failed("the scheduler's program ended, but it is still enabled");
    std::this_thread::sleep_for(pause);
  }
  return {};
}

}  // namespace scx::bench
