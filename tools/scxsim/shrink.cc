// SPDX-License-Identifier: GPL-2.0-only
#include "shrink.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace scx::scxsim {
namespace {

using sim::Op;
using sim::Phase;
using sim::TaskKind;
using sim::Workload;

// A violation that hangs on chance may need another seed once something is left out; the more so on
// another machine.
constexpr std::uint64_t kOtherSeeds = 4, kSeedsForMachine = 20;
// At the end: whether one of these shows it sooner.
constexpr std::uint64_t kSeedsForTime = 20;
// How much longer than the first run a smaller one may take to get there.
constexpr std::uint64_t kLonger = 4;
// What a kernel's task has for a name.
constexpr std::size_t kMostOfAName = 15;

// Leaves kinds out, and what is about them; then phases and kinds that do nothing any more. False
// where nothing remains.
bool leave_out(Workload& workload, std::vector<bool> gone) {
  gone.resize(workload.kinds.size());
  const auto is_gone = [&](int kind) { return kind >= 0 && gone[static_cast<std::size_t>(kind)]; };
  const auto about_nobody = [&](const Op& op) {
    switch (op.kind) {
      case Op::Kind::set_cpus:
        return op.cpus.empty() || is_gone(op.object);
      case Op::Kind::cpu_off:
      case Op::Kind::cpu_on:
        return op.cpus.empty();
      case Op::Kind::fork:
      case Op::Kind::set_nice:
      case Op::Kind::set_class:
      case Op::Kind::set_group:
        return is_gone(op.object);
      default:
        return false;
    }
  };
  for (bool more = true; std::exchange(more, false);) {
    for (std::size_t at = 0; at < workload.kinds.size(); ++at) {
      if (gone[at]) continue;
      std::vector<Phase>& phases = workload.kinds[at].phases;
      for (Phase& phase : phases) std::erase_if(phase.ops, about_nobody);
      std::erase_if(phases, [](const Phase& phase) { return phase.ops.empty(); });
      if (phases.empty()) gone[at] = more = true;
    }
  }
  std::vector<int> number(gone.size());
  std::vector<TaskKind> left;
  for (std::size_t at = 0; at < gone.size(); ++at) {
    number[at] = static_cast<int>(left.size());
    if (!gone[at]) left.push_back(std::move(workload.kinds[at]));
  }
  for (TaskKind& kind : left)
    for (Phase& phase : kind.phases)
      for (Op& op : phase.ops)
        if (op.names_kind()) op.object = number[static_cast<std::size_t>(op.object)];
  workload.kinds = std::move(left);
  return !workload.kinds.empty();
}

// All sets of CPUs of a case.
template <typename Move>
void move_cpus(Case& one, const Move& move) {
  one.big = move(one.big);
  for (TaskKind& kind : one.workload.kinds) {
    if (kind.cpus) kind.cpus = move(*kind.cpus);
    if (kind.cpus && kind.cpus->empty()) kind.cpus.reset();
    for (Phase& phase : kind.phases)
      for (Op& op : phase.ops) op.cpus = move(op.cpus);
  }
}

class Shrinker {
 public:
  Shrinker(const Case& given, const Seen& seen, const std::function<Seen(const Case&)>& run,
           const Effort& effort, const std::function<void(int, const Case&)>& tell)
      : violation_(seen.violation), run_(run), effort_(effort), tell_(tell) {
    result_.least = given;
    result_.seen = seen;
    Workload& workload = result_.least.workload;
    workload.duration_ns =
        std::min(workload.duration_ns, kLonger * std::max<std::uint64_t>(seen.end_ns, 1'000'000));
  }

  Shrunk search(const Topology& on) {
    without(&Case::audit);
    change([](Case& one) { return std::exchange(one.workload.warmup_ns, 0) != 0; });
    do {
      changed_ = false;
      describe(on);
      shrink_machine();
      shrink_kinds();
      shrink_words(&Case::set);
      shrink_words(&Case::cost);
      leave_out_pairs();
      shrink_programs();
      shrink_cgroups();
      simplify();
    } while (changed_ && !result_.gave_up);
    look_for_sooner();
    return std::move(result_);
  }

 private:
  Case& least() { return result_.least; }
  std::vector<TaskKind>& kinds() { return result_.least.workload.kinds; }

  // Runs a case; true where it is taken.
  bool shows_it(const Case& one) {
    if (result_.runs >= effort_.runs || events_ >= effort_.events) {
      result_.gave_up = true;
      return false;
    }
    ++result_.runs;
    Seen seen = run_(one);
    events_ += seen.nr_events;
    const bool same = seen.violation == violation_;
    if (same) {
      result_.least = one;
      result_.seen = std::move(seen);
      changed_ = true;
    }
    if (tell_) tell_(result_.runs, result_.least);
    return same;
  }

  // The same with other seeds, where the one that there is does not show it.
  bool shows_it_by_chance(Case one, std::uint64_t other_seeds = kOtherSeeds) {
    if (!leave_out(one.workload, {})) return false;
    if (shows_it(one)) return true;
    const std::uint64_t before = one.seed;
    for (one.seed = 1; one.seed <= other_seeds; ++one.seed)
      if (one.seed != before && shows_it(one)) return true;
    return false;
  }

  // `how` changes a copy, and says whether there was something to change.
  template <typename How>
  bool change(const How& how) {
    Case one = least();
    return how(one) && shows_it_by_chance(std::move(one));
  }
  void without(bool Case::*flag) {
    change([&](Case& one) { return std::exchange(one.*flag, false); });
  }

  // Leaves out parts of a list, from halves down to single ones. `without(case, from, to)` takes
  // a part out; `size()` is how many there are now.
  template <typename Size, typename Without>
  void shrink_list(const Size& size, const Without& without) {
    for (std::size_t part = std::max<std::size_t>(size() / 2, 1); part && size();
         part = part > 1 ? (part + 1) / 2 : 0)
      for (std::size_t at = 0; at < size();) {
        const std::size_t before = size(), to = std::min(at + part, before);
        const bool left_out = change([&](Case& one) {
          without(one, at, to);
          return true;
        });
        if (!left_out || size() >= before) at += part;
      }
  }

  // A whole number, as far down as it goes.
  template <typename Get>
  void shrink_number(int least, const Get& number) {
    for (const auto smaller : {+[](int, int low) { return low; },
                               +[](int now, int low) { return low + (now - low) / 2; },
                               +[](int now, int) { return now - 1; }}) {
      const auto once = [&] {
        return change([&](Case& one) {
          int& now = number(one);
          if (now <= least) return false;
          now = smaller(now, least);
          return true;
        });
      };
      while (once()) {
      }
    }
  }

  // The same machine in few words, if it is like one of those.
  void describe(const Topology& on) {
    if (least().shape) return;
    Case one = least();
    one.shape = shape_of(on);
    for (const Cpu& cpu : on.cpus())
      if (on.nr_tiers() > 1 && cpu.tier == 0) one.big.insert(cpu.id);
    move_cpus(one, [&](const CpuSet& cpus) { return moved(cpus, on, *one.shape); });
    shows_it_by_chance(std::move(one), kSeedsForMachine);
  }

  void shrink_machine() {
    if (!least().shape) return;
    for (int Shape::*part : {&Shape::nodes, &Shape::llcs, &Shape::cores, &Shape::threads})
      for (const bool with_tasks : {true, false})
        for (const int divisor : {0, 2, 1})
          for (const Remain remain : {Remain::first, Remain::last})
            while (shrink_machine(part, divisor, remain, with_tasks)) {
            }
    change([](Case& one) {
      if (one.big.empty()) return false;
      one.big.clear();
      return true;
    });
  }

  // One of these units, half of them, or one less; with tasks in proportion, since too many for the
  // CPUs that remain may hide it.
  bool shrink_machine(int Shape::*part, int divisor, Remain remain, bool with_tasks) {
    return change([&](Case& one) {
      const Shape from = *one.shape;
      const int now = from.*part;
      if (now <= 1 || (divisor == 2 && now < 4)) return false;
      Shape& to = *one.shape;
      to.*part = divisor == 0 ? 1 : divisor == 1 ? now - 1 : now / 2;
      bool is_another = remain == Remain::first;  // than with the first units, or all tasks
      move_cpus(one, [&](const CpuSet& cpus) {
        is_another |= !cpus.empty();
        return moved(cpus, from, to, remain);
      });
      if (static_cast<int>(one.big.count()) == to.nr_cpus()) one.big.clear();
      if (with_tasks) is_another &= share_out(one.workload, to.*part, now);
      return is_another;
    });
  }

  // That part of the tasks of each kind, at least one. False where these are all.
  static bool share_out(Workload& workload, int part, int of) {
    bool fewer = false;
    for (TaskKind& kind : workload.kinds) {
      if (kind.count <= 1) continue;
      const int before = kind.count;
      kind.count = std::max(static_cast<int>(std::int64_t{before} * part / of), 1);
      fewer |= kind.count < before;
    }
    return fewer;
  }

  void shrink_kinds() {
    shrink_list([&] { return kinds().size(); },
                [](Case& one, std::size_t from, std::size_t to) {
                  std::vector<bool> gone(one.workload.kinds.size());
                  std::fill(gone.begin() + static_cast<std::ptrdiff_t>(from),
                            gone.begin() + static_cast<std::ptrdiff_t>(to), true);
                  leave_out(one.workload, std::move(gone));
                });
    for (std::size_t kind = 0; kind < kinds().size(); ++kind)
      shrink_number(1, [kind](Case& one) -> int& { return one.workload.kinds[kind].count; });
  }

  void shrink_words(std::vector<std::string> Case::*words) {
    shrink_list([&] { return (least().*words).size(); },
                [words](Case& one, std::size_t from, std::size_t to) {
                  const auto first = (one.*words).begin();
                  (one.*words)
                      .erase(first + static_cast<std::ptrdiff_t>(from),
                             first + static_cast<std::ptrdiff_t>(to));
                });
  }

  // Both halves of what belongs together at once: one without the other is another violation.
  template <typename Is>
  void leave_out_ops(const Is& is) {
    change([&](Case& one) {
      std::size_t gone = 0;
      for (TaskKind& kind : one.workload.kinds)
        for (Phase& phase : kind.phases) gone += std::erase_if(phase.ops, is);
      return gone > 0;
    });
  }
  void leave_out_pairs() {
    for (int mutex = 0; mutex < least().workload.nr_mutexes; ++mutex)
      leave_out_ops([mutex](const Op& op) {
        return op.object == mutex && (op.kind == Op::Kind::lock || op.kind == Op::Kind::unlock);
      });
    leave_out_ops([](const Op& op) {
      return op.kind == Op::Kind::migrate_disable || op.kind == Op::Kind::migrate_enable;
    });
  }

  // Phases, then operations. A kind may go with its last one.
  void shrink_programs() {
    for (std::size_t kind = 0; kind < kinds().size(); ++kind) {
      const auto nr_phases = [&] {
        return kind < kinds().size() ? kinds()[kind].phases.size() : 0;
      };
      shrink_list(nr_phases, [kind](Case& one, std::size_t from, std::size_t to) {
        std::vector<Phase>& phases = one.workload.kinds[kind].phases;
        phases.erase(phases.begin() + static_cast<std::ptrdiff_t>(from),
                     phases.begin() + static_cast<std::ptrdiff_t>(to));
      });
      for (std::size_t phase = 0; phase < nr_phases(); ++phase)
        shrink_list(
            [&] { return phase < nr_phases() ? kinds()[kind].phases[phase].ops.size() : 0; },
            [kind, phase](Case& one, std::size_t from, std::size_t to) {
              std::vector<Op>& ops = one.workload.kinds[kind].phases[phase].ops;
              ops.erase(ops.begin() + static_cast<std::ptrdiff_t>(from),
                        ops.begin() + static_cast<std::ptrdiff_t>(to));
            });
    }
  }

  // Those that tasks are in stay, with the defaults; then these leave them.
  void shrink_cgroups() {
    shrink_list([&] { return least().workload.cgroups.size(); },
                [](Case& one, std::size_t from, std::size_t to) {
                  const auto first = one.workload.cgroups.begin();
                  one.workload.cgroups.erase(first + static_cast<std::ptrdiff_t>(from),
                                             first + static_cast<std::ptrdiff_t>(to));
                });
    for (std::size_t at = 0; at < kinds().size(); ++at)
      change([at](Case& one) { return !std::exchange(one.workload.kinds[at].group, "").empty(); });
  }

  // What a reader would have to wonder about: values that are not the usual ones.
  void simplify() {
    for (std::size_t at = 0; at < kinds().size(); ++at) {
      const auto change_kind = [&](const auto& how) {
        change([&](Case& one) { return how(one.workload.kinds[at]); });
      };
      change_kind([](TaskKind& kind) { return std::exchange(kind.nice, 0) != 0; });
      change_kind([](TaskKind& kind) { return std::exchange(kind.real_time, false); });
      change_kind([](TaskKind& kind) { return std::exchange(kind.start_ns, 0) != 0; });
      change_kind([](TaskKind& kind) {
        return std::exchange(kind.cpus, std::optional<CpuSet>{}).has_value();
      });
      change_kind([](TaskKind& kind) { return std::exchange(kind.rounds, 1) != 1; });
      for (std::size_t phase = 0; phase < kinds()[at].phases.size(); ++phase) {
        change_kind(
            [&](TaskKind& kind) { return std::exchange(kind.phases[phase].loops, 1u) > 1; });
        for (std::size_t op = 0; op < kinds()[at].phases[phase].ops.size(); ++op)
          for (const auto end : {&sim::Span::max_ns, &sim::Span::min_ns})
            change_kind([&](TaskKind& kind) {
              sim::Span& span = kind.phases[phase].ops[op].span;
              if (span.min_ns == span.max_ns) return false;
              span.min_ns = span.max_ns = span.*end;
              return true;
            });
      }
    }
  }

  // The seed of the shortest run.
  void look_for_sooner() {
    for (std::uint64_t seed = 1; seed <= kSeedsForTime; ++seed) {
      Case one = least();
      one.seed = seed;
      one.workload.duration_ns = result_.seen.end_ns;  // what comes later is no gain
      if (seed != least().seed) shows_it(one);
    }
  }

  const std::string violation_;
  const std::function<Seen(const Case&)>& run_;
  const Effort effort_;
  const std::function<void(int, const Case&)>& tell_;
  Shrunk result_;
  std::uint64_t events_ = 0;
  bool changed_ = false;
};

// Tasks are called "name[pid]": without the name, the longest one that fits.
std::string without_names(std::string_view text, const Workload& workload) {
  std::string kept;
  for (const char c : text) {
    std::size_t longest = 0;
    for (const TaskKind& kind : workload.kinds) {
      const std::string_view name = std::string_view(kind.name).substr(0, kMostOfAName);
      if (c == '[' && kept.ends_with(name)) longest = std::max(longest, name.size());
    }
    kept.resize(kept.size() - longest);
    kept += c;
  }
  return kept;
}

// Each number, be it hexadecimal, as '#'.
std::string without_numbers(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (text.starts_with("0x"))
      digits = std::min(text.find_first_not_of("0123456789abcdef", 2), text.size());
    kept += digits ? '#' : text[0];
    text.remove_prefix(std::max<std::size_t>(digits, 1));
  }
  return kept;
}

}  // namespace

Result<MachineOptions> machine_options_of(const Case& one) {
  std::optional<std::string> big;
  if (!one.big.empty()) big = to_cpu_list(one.big);
  return parse_machine_options(text_of(*one.shape), big, {});
}

Result<Machine> machine_of(const Case& one) {
  return discover_machine(SCX_TRY(machine_options_of(one)));
}

Seen seen_in(const sim::Outcome& outcome, const Workload& workload) {
  Seen seen{{}, outcome.end_ns, outcome.nr_events};
  if (outcome.end != sim::End::error && outcome.end != sim::End::stall) return seen;
  seen.violation = (outcome.end == sim::End::stall ? "stall: " : "error: ") +
                   without_numbers(without_names(outcome.message, workload));
  return seen;
}

Shrunk shrink(const Case& given, const Seen& seen, const Topology& on,
              const std::function<Seen(const Case&)>& run, const Effort& effort,
              const std::function<void(int, const Case&)>& tell) {
  return Shrinker(given, seen, run, effort, tell).search(on);
}

std::string size_of(const Case& one, int nr_cpus) {
  int tasks = 0;
  for (const TaskKind& kind : one.workload.kinds) tasks += kind.count;
  return fmt::format("CPUs: {}, tasks: {}, kinds: {}", one.shape ? one.shape->nr_cpus() : nr_cpus,
                     tasks, one.workload.kinds.size());
}

}  // namespace scx::scxsim
