// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/runner.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace scx::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Signals are blocked in the thread that makes Signals, for good: so each test has one of its own.
template <typename Body>
void in_a_thread(Body body) {
  std::thread(body).join();
}

Signals made() {
  auto signals = Signals::make();
  EXPECT_TRUE(signals) << signals.error().message();
  return std::move(*signals);
}

RunOptions for_time(std::chrono::duration<double> time) {
  return {.run_for = time, .periodic = {}};
}

Periodic counting(std::chrono::duration<double> interval, int& turns) {
  return {interval, [&turns] {
            ++turns;
            return Tick::go_on;
          }};
}

TEST(WaitForEnd, EndsWhenTheTimeIsOver) {
  in_a_thread([] {
    const Signals signals = made();
    const auto start = Clock::now();
    const auto end = wait_for_end(-1, signals, for_time(60ms));
    ASSERT_TRUE(end);
    EXPECT_EQ(*end, RunEnd::time);
    EXPECT_GE(Clock::now() - start, 60ms);
  });
}

TEST(WaitForEnd, NoTimeIsOverAtOnce) {
  in_a_thread([] { EXPECT_EQ(wait_for_end(-1, made(), for_time(0s)), RunEnd::time); });
}

TEST(WaitForEnd, EndsWithTheScheduler) {
  in_a_thread([] {
    const Signals signals = made();
    const Fd events{::eventfd(0, EFD_CLOEXEC)};
    std::thread scheduler([&events] {
      std::this_thread::sleep_for(20ms);
      const std::uint64_t one = 1;
      EXPECT_EQ(::write(events.get(), &one, sizeof(one)), 8);
    });
    EXPECT_EQ(wait_for_end(events.get(), signals, for_time(20s)), RunEnd::scheduler);
    scheduler.join();
  });
}

TEST(WaitForEnd, TheSchedulersOwnEndIsToldBeforeASignal) {
  in_a_thread([] {
    const Signals signals = made();
    const Fd events{::eventfd(1, EFD_CLOEXEC)};
    ::pthread_kill(::pthread_self(), SIGTERM);
    EXPECT_EQ(wait_for_end(events.get(), signals, for_time(0s)), RunEnd::scheduler);
  });
}

TEST(WaitForEnd, EndsOnEachSignalThatAsksForIt) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    in_a_thread([signal] {
      Signals signals = made();
      const ::pthread_t waiting = ::pthread_self();
      std::thread somebody([waiting, signal] {
        std::this_thread::sleep_for(20ms);
        ::pthread_kill(waiting, signal);
      });
      EXPECT_EQ(wait_for_end(-1, signals, for_time(20s)), RunEnd::signal);
      EXPECT_EQ(signals.take(), signal);
      EXPECT_EQ(signals.take(), 0);
      somebody.join();
    });
  }
}

TEST(WaitForEnd, OtherSignalsDoNotEndIt) {
  struct sigaction ignore_it {
  }, before{};
  ignore_it.sa_handler = [](int) {};
  ::sigaction(SIGUSR1, &ignore_it, &before);
  in_a_thread([] {
    const Signals signals = made();
    const ::pthread_t waiting = ::pthread_self();
    std::thread somebody([waiting] {
      for (int i = 0; i < 5; ++i) {
        std::this_thread::sleep_for(10ms);
        ::pthread_kill(waiting, SIGUSR1);
      }
    });
    EXPECT_EQ(wait_for_end(-1, signals, for_time(150ms)), RunEnd::time);
    somebody.join();
  });
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(WaitForEnd, DoesPeriodicWork) {
  in_a_thread([] {
    int turns = 0, slow_turns = 0;
    const RunOptions options{.run_for = 500ms,
                             .periodic = {counting(50ms, turns), counting(200ms, slow_turns)}};
    EXPECT_EQ(wait_for_end(-1, made(), options), RunEnd::time);
    // On a busy machine turns may be late and fall together, but none is too early.
    EXPECT_GE(turns, 2);
    EXPECT_LE(turns, 10);
    EXPECT_GE(slow_turns, 1);
    EXPECT_LE(slow_turns, 2);
  });
}

TEST(WaitForEnd, DoesWorkAtOnceOnlyWhereThatIsWanted) {
  in_a_thread([] {
    int at_once = 0, later = 0;
    RunOptions options{.run_for = 0s, .periodic = {counting(1h, at_once), counting(1h, later)}};
    options.periodic[0].at_once = true;
    EXPECT_EQ(wait_for_end(-1, made(), options), RunEnd::time);
    EXPECT_EQ(at_once, 1);
    EXPECT_EQ(later, 0);
  });
}

TEST(WaitForEnd, EndsWhenTheWorkWantsAnotherStart) {
  in_a_thread([] {
    int turns = 0;
    RunOptions options = for_time(20s);
    options.periodic.push_back(
        {10ms, [&turns] { return ++turns == 3 ? Tick::restart : Tick::go_on; }});
    EXPECT_EQ(wait_for_end(-1, made(), options), RunEnd::restart);
    EXPECT_EQ(turns, 3);
    options.periodic[0] = {1h, [] { return Tick::restart; }, true};
    EXPECT_EQ(wait_for_end(-1, made(), options), RunEnd::restart);
  });
}

TEST(WaitForEnd, ASignalComesBeforePeriodicWork) {
  in_a_thread([] {
    int turns = 0;
    RunOptions options = for_time(20s);
    options.periodic.push_back(counting(1ns, turns));
    const Signals signals = made();
    ::pthread_kill(::pthread_self(), SIGTERM);
    EXPECT_EQ(wait_for_end(-1, signals, options), RunEnd::signal);
    EXPECT_EQ(turns, 0);
  });
}

// The whole process, as when somebody presses Ctrl-C: a signal that comes before the wait is not
// lost, and one that comes before Signals ends the process.
int status_of_child(void (*body)()) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(99);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(Signals, ASignalBeforeTheWaitIsNotLost) {
  const int status = status_of_child([] {
    auto signals = Signals::make();
    ::raise(SIGINT);
    const auto end = wait_for_end(-1, *signals, for_time(20s));
    ::_exit(end == RunEnd::signal && signals->take() == SIGINT ? 0 : 1);
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Signals, BeforeTheyAreMadeASignalEndsTheProcess) {
  const int status = status_of_child([] { ::raise(SIGTERM); });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

TEST(Backoff, DoublesToFiveSecondsAndStartsAnewAfterALongRun) {
  Backoff backoff;
  for (const auto expected : {0ms, 100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 5000ms, 5000ms})
    EXPECT_EQ(backoff.next(1s), expected);
  EXPECT_EQ(backoff.next(10s), 0ms);
  EXPECT_EQ(backoff.next(9s), 0ms);
  EXPECT_EQ(backoff.next(9s), 100ms);
}

}  // namespace
}  // namespace scx::test
