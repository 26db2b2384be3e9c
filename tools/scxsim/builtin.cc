// SPDX-License-Identifier: GPL-2.0-only
#include "builtin.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace scx::scxsim {
namespace {

using sim::Op;
using sim::Phase;
using sim::TaskKind;
using sim::Workload;

constexpr std::uint64_t kUs = 1000, kMs = 1000 * kUs;

Op run(std::uint64_t least, std::uint64_t most) {
  return {.kind = Op::Kind::run, .span = {least, most}};
}
Op run(std::uint64_t ns) { return run(ns, ns); }
Op sleep(std::uint64_t least, std::uint64_t most) {
  return {.kind = Op::Kind::sleep, .span = {least, most}};
}
Op period(std::uint64_t ns) { return {.kind = Op::Kind::period, .span = {ns, ns}}; }
Op on(Op::Kind kind, int object, bool sync = false) {
  return {.kind = kind, .object = object, .sync = sync};
}

TaskKind kind(std::string name, int count, std::vector<Op> ops, int nice = 0) {
  return {.name = std::move(name), .count = count, .nice = nice, .phases = {{1, std::move(ops)}}};
}

Workload hogs(int nr_cpus, std::uint64_t) {
  return {.name = "hogs",
          .kinds = {kind("heavy", nr_cpus, {run(kMs)}, -5), kind("normal", nr_cpus, {run(kMs)}),
                    kind("light", nr_cpus, {run(kMs)}, 5)}};
}

Workload periodic(int nr_cpus, std::uint64_t) {
  return {.name = "periodic",
          .kinds = {kind("frames", nr_cpus, {run(2 * kMs, 4 * kMs), period(16 * kMs)}),
                    kind("audio", nr_cpus, {run(100 * kUs, 300 * kUs), period(5 * kMs)}),
                    kind("hog", nr_cpus, {run(kMs)})}};
}

// Stages that hand work on: each waits for its semaphore, works, and posts the next one's.
Workload pipeline(int nr_cpus, std::uint64_t) {
  constexpr int kStages = 4;
  Workload workload{.name = "pipeline"};
  const int pipelines = std::max(nr_cpus / 2, 1);
  for (int line = 0; line < pipelines; ++line) {
    const int first = line * kStages;
    workload.kinds.push_back(
        kind(fmt::format("source{}", line), 1,
             {run(20 * kUs, 60 * kUs), on(Op::Kind::post, first), period(kMs)}));
    for (int stage = 0; stage < kStages; ++stage) {
      std::vector<Op> ops = {on(Op::Kind::wait, first + stage), run(50 * kUs, 300 * kUs)};
      if (stage + 1 < kStages) ops.push_back(on(Op::Kind::post, first + stage + 1));
      workload.kinds.push_back(kind(fmt::format("stage{}.{}", line, stage + 1), 1, std::move(ops)));
    }
  }
  workload.nr_semaphores = pipelines * kStages;
  workload.kinds.push_back(kind("hog", nr_cpus, {run(kMs)}));
  return workload;
}

// Pairs that send each other messages and wait for the answers.
Workload messaging(int nr_cpus, std::uint64_t) {
  Workload workload{.name = "messaging"};
  for (int pair = 0; pair < 2 * nr_cpus; ++pair) {
    const int there = 2 * pair, back = there + 1;
    workload.kinds.push_back(
        kind(fmt::format("client{}", pair), 1,
             {run(3 * kUs, 10 * kUs), on(Op::Kind::post, there, true), on(Op::Kind::wait, back)}));
    workload.kinds.push_back(
        kind(fmt::format("server{}", pair), 1,
             {on(Op::Kind::wait, there), run(3 * kUs, 10 * kUs), on(Op::Kind::post, back, true)}));
  }
  workload.nr_semaphores = 4 * nr_cpus;
  return workload;
}

// Commands that start commands, as in a build.
Workload forks(int nr_cpus, std::uint64_t) {
  TaskKind compiler = kind("compiler", 0, {run(2 * kMs, 20 * kMs)});
  TaskKind assembler = kind("assembler", 0, {run(kMs, 3 * kMs)});
  compiler.rounds = assembler.rounds = 1;
  compiler.phases[0].ops.push_back(on(Op::Kind::fork, 2));
  return {
      .name = "forks",
      .kinds = {kind("make", nr_cpus,
                     {run(100 * kUs, 300 * kUs), on(Op::Kind::fork, 1), sleep(5 * kMs, 15 * kMs)}),
                std::move(compiler), std::move(assembler)}};
}

Workload futex(int nr_cpus, std::uint64_t) {
  return {.name = "futex",
          .nr_mutexes = 1,
          .kinds = {kind("worker", 2 * nr_cpus,
                         {on(Op::Kind::lock, 0), run(20 * kUs, 60 * kUs), on(Op::Kind::unlock, 0),
                          run(200 * kUs, 2 * kMs)})}};
}

// Tasks that are hogs for a while, and then light.
Workload phases(int nr_cpus, std::uint64_t) {
  TaskKind changing{.name = "changing", .count = 2 * nr_cpus};
  changing.phases = {Phase{100, {run(kMs)}}, Phase{50, {run(200 * kUs), sleep(kMs, 3 * kMs)}}};
  return {.name = "phases",
          .kinds = {std::move(changing),
                    kind("steady", nr_cpus, {run(100 * kUs, 500 * kUs), sleep(kMs, 4 * kMs)})}};
}

// Numbers for the workload that is made by chance (xorshift64*; Vigna, 2016).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 2 + 1) {
    for (int i = 0; i < 8; ++i) between(0, 1);
  }
  std::uint64_t between(std::uint64_t first, std::uint64_t last) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return first + (state_ * 0x2545f4914f6cdd1d >> 16) % (last - first + 1);
  }
  bool once_in(std::uint64_t n) { return between(1, n) == 1; }

 private:
  std::uint64_t state_;
};

TaskKind random_kind(Dice& dice, int number, int nr_cpus) {
  TaskKind made{.name = fmt::format("kind{}", number),
                .count = static_cast<int>(dice.between(1, static_cast<std::uint64_t>(nr_cpus))),
                .nice = dice.once_in(3) ? static_cast<int>(dice.between(0, 39)) - 20 : 0};
  for (std::uint64_t phase = dice.between(1, 3); phase > 0; --phase) {
    Phase one{.loops = static_cast<std::uint32_t>(dice.between(1, 50)), .ops = {}};
    const std::uint64_t most = kUs << dice.between(3, 13);
    one.ops.push_back(run(most / 8, most));
    if (!dice.once_in(4)) {
      const std::uint64_t rest = kUs << dice.between(3, 13);
      one.ops.push_back(dice.once_in(3) ? period(rest + most) : sleep(rest / 8, rest));
    }
    if (dice.once_in(5)) {
      one.ops.insert(one.ops.begin(), on(Op::Kind::lock, 0));
      one.ops.insert(one.ops.begin() + 2, on(Op::Kind::unlock, 0));
    }
    if (dice.once_in(5)) one.ops.push_back(on(Op::Kind::yield, -1));
    made.phases.push_back(std::move(one));
  }
  return made;
}

// One in six has cgroups; what else the seed decides comes before.
void random_cgroups(Dice& dice, Workload& workload) {
  if (!dice.once_in(6)) return;
  const std::string paths[] = {"/", "/one", "/two", "/two/inner"};
  const auto any = [&] { return paths[dice.between(0, std::size(paths) - 1)]; };
  for (const char* path : {"/one", "/two/inner"})
    workload.cgroups.push_back(
        {path, {.weight = static_cast<std::uint32_t>(dice.between(1, 10'000))}});
  for (TaskKind& kind : workload.kinds) {
    if (!dice.once_in(3)) kind.group = any();
    if (dice.once_in(3))
      kind.phases.back().ops.push_back({.kind = Op::Kind::set_group, .group = any()});
  }
}

Workload random(int nr_cpus, std::uint64_t seed) {
  Dice dice(seed);
  Workload workload{.name = "random", .nr_mutexes = 1};
  const int kinds = static_cast<int>(dice.between(2, 8));
  for (int number = 0; number < kinds; ++number)
    workload.kinds.push_back(random_kind(dice, number, nr_cpus));
  random_cgroups(dice, workload);
  return workload;
}

}  // namespace

std::span<const Builtin> builtins() {
  static constexpr Builtin all[] = {
      {"hogs", "a task of nice -5, 0 and 5 a CPU, that always want to run", hogs},
      {"periodic", "frames every 16 ms and audio every 5 ms, a hog a CPU beside them", periodic},
      {"pipeline", "chains of four stages that hand work on, hogs beside them", pipeline},
      {"messaging", "two pairs a CPU that send each other messages and wait for the answers",
       messaging},
      {"forks", "commands that start commands, as in a build", forks},
      {"futex", "two workers a CPU with one lock", futex},
      {"phases", "tasks that are hogs for a while, and then light", phases},
      {"random", "tasks by chance: the seed decides", random},
  };
  return all;
}

const Builtin* find_builtin(std::string_view name) {
  for (const Builtin& one : builtins())
    if (one.name == name) return &one;
  return nullptr;
}

}  // namespace scx::scxsim
