// SPDX-License-Identifier: GPL-2.0-only
#include "workload_file.h"

#include <fmt/core.h>

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scx/base/file.h"

namespace scx::scxsim {
namespace {

using Json = nlohmann::ordered_json;  // a phase's events happen in their order
using sim::Op;
using sim::Phase;
using sim::Span;
using sim::TaskKind;
using sim::Workload;

constexpr std::int64_t kMostSeconds = 86'400, kMostTasks = 1'000'000;

std::unexpected<Error> wrong(const std::string& place, const std::string& what,
                             std::string cure = {}) {
  return fail(ErrorKind::invalid, fmt::format("{}: {}", place, what), std::move(cure));
}

// "run3" is a "run": rt-app numbers events that occur more than once.
std::string without_number(std::string_view key) {
  const std::size_t last = key.find_last_not_of("0123456789");
  return std::string(key.substr(0, last == key.npos ? 0 : last + 1));
}

// Reads one file. Names become numbers as they are met; what a fork names is looked up at the end.
class Reader {
 public:
  explicit Reader(std::string_view name) { workload_.name = name; }

  Result<Workload> read(const Json& document) {
    SCX_TRY(expect_object(document, "the file"));
    for (const auto& [key, value] : document.items()) {
      if (key == "global") {
        SCX_TRY(read_global(value));
      } else if (key == "tasks") {
        SCX_TRY(read_tasks(value));
      } else if (key == "resources") {
        SCX_TRY(expect_object(value, key));  // they are known by being used
      } else if (key == "cgroups") {
        SCX_TRY(read_cgroups(value));
      } else {
        return unknown(key, "global, tasks, resources and cgroups");
      }
    }
    if (workload_.kinds.empty()) return wrong("tasks", "there are none");
    SCX_TRY(find_forked());
    for (std::size_t at = 0; at < workload_.kinds.size(); ++at)
      workload_.kinds[at].real_time = real_time_[at].value_or(default_real_time_);
    workload_.nr_semaphores = static_cast<int>(semaphores_.size());
    workload_.nr_mutexes = static_cast<int>(mutexes_.size());
    return std::move(workload_);
  }

 private:
  static std::unexpected<Error> unknown(const std::string& place, std::string_view known) {
    return wrong(place, "is not known here", fmt::format("known are {}", known));
  }
  static Status expect_object(const Json& value, const std::string& place) {
    if (value.is_object()) return {};
    return wrong(place, fmt::format("is no object but {}", value.type_name()));
  }
  static Result<std::int64_t> number(const Json& value, const std::string& place,
                                     std::int64_t least, std::int64_t most) {
    if (!value.is_number_integer())
      return wrong(place, fmt::format("is no whole number but {}", value.dump()));
    const auto found = value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX
                           ? INT64_MAX
                           : value.get<std::int64_t>();
    if (found < least || found > most)
      return wrong(place, fmt::format("{} is out of range", value.dump()),
                   fmt::format("it may be {} to {}", least, most));
    return found;
  }
  static Result<std::string> text(const Json& value, const std::string& place) {
    if (!value.is_string() || value.get_ref<const std::string&>().empty())
      return wrong(place, fmt::format("is no name but {}", value.dump()));
    return value.get<std::string>();
  }
  // Microseconds: a number, or two of which each use draws one between.
  static Result<Span> span(const Json& value, const std::string& place) {
    const std::int64_t most = kMostSeconds * 1'000'000;
    if (!value.is_array()) {
      const auto us = static_cast<std::uint64_t>(SCX_TRY(number(value, place, 0, most)));
      return Span{us * 1000, us * 1000};
    }
    if (value.size() != 2) return wrong(place, "a range has two numbers");
    const std::int64_t least = SCX_TRY(number(value[0], place + "[0]", 0, most));
    const std::int64_t greatest = SCX_TRY(number(value[1], place + "[1]", least, most));
    return Span{static_cast<std::uint64_t>(least) * 1000,
                static_cast<std::uint64_t>(greatest) * 1000};
  }
  static Result<CpuSet> cpus(const Json& value, const std::string& place) {
    if (!value.is_array() || value.empty())
      return wrong(place, fmt::format("is no list of CPUs but {}", value.dump()));
    CpuSet found;
    for (const Json& cpu : value)
      found.insert(CpuId{static_cast<std::int32_t>(SCX_TRY(number(cpu, place, 0, kMaxCpu)))});
    return found;
  }

  Status read_global(const Json& global) {
    static const std::set<std::string> nothing_here = {
        "calibration",  "pi_enabled",      "lock_pages", "logdir",
        "log_basename", "log_size",        "ftrace",     "gnuplot",
        "io_device",    "mem_buffer_size", "frag",       "cumulative_slack"};
    SCX_TRY(expect_object(global, "global"));
    for (const auto& [key, value] : global.items()) {
      const std::string place = "global." + key;
      if (key == "duration") {
        const auto seconds = SCX_TRY(number(value, place, 1, kMostSeconds));
        workload_.duration_ns = static_cast<std::uint64_t>(seconds) * 1'000'000'000;
      } else if (key == "default_policy") {
        default_real_time_ = SCX_TRY(read_policy(value, place));
      } else if (!nothing_here.contains(key)) {
        return unknown(place, "duration, default_policy, and rt-app's settings of logs and such");
      }
    }
    return {};
  }

  // Whether it is real time.
  static Result<bool> read_policy(const Json& value, const std::string& place) {
    if (value == "SCHED_OTHER" || value == "SCHED_EXT") return false;
    if (value == "SCHED_FIFO") return true;
    return wrong(place, fmt::format("{} is not simulated", value.dump()),
                 "SCHED_OTHER, SCHED_EXT and SCHED_FIFO are");
  }

  // Of a real-time task it is its priority, 1 … 99, of which there is one here.
  static Result<int> nice(const Json& value, const std::string& place, bool real_time) {
    if (!real_time) return static_cast<int>(SCX_TRY(number(value, place, -20, 19)));
    SCX_TRY(number(value, place, 1, 99));
    return 0;
  }

  static Result<std::string> group_path(const Json& value, const std::string& place) {
    std::string path = SCX_TRY(text(value, place));
    if (const Status checked = sim::check_group_path(path); !checked)
      return wrong(place, checked.error().what, checked.error().cure);
    return path;
  }

  // One that has files of its controller to write to.
  static Result<std::string> group_below_root(const Json& value, const std::string& place) {
    Result<std::string> path = group_path(value, place);
    if (path && *path == "/") return wrong(place, "the root has no weight and no limits");
    return path;
  }

  Status read_cgroups(const Json& cgroups) {
    SCX_TRY(expect_object(cgroups, "cgroups"));
    for (const auto& [path, value] : cgroups.items()) {
      const std::string place = "cgroups." + path;
      SCX_TRY(expect_object(value, place));
      sim::CgroupSetup setup{.path = SCX_TRY(group_below_root(path, place))};
      for (const auto& [key, setting] : value.items())
        if (!SCX_TRY(read_setting(setup.settings, key, setting, place + "." + key)))
          return unknown(place + "." + key, kSettings);
      SCX_TRY(check_burst(setup.settings, place));
      workload_.cgroups.push_back(std::move(setup));
    }
    return {};
  }

  static constexpr std::string_view kSettings = "weight, quota, period, burst and idle";

  // False: `key` is none.
  static Result<bool> read_setting(sim::CgroupSettings& settings, const std::string& key,
                                   const Json& value, const std::string& place) {
    constexpr std::int64_t kLeastUs = 1000, kMostPeriodUs = 1'000'000,
                           kMostUs = kMostSeconds * 1'000'000;
    const auto us = [&](std::int64_t least, std::int64_t most) -> Result<std::uint64_t> {
      return static_cast<std::uint64_t>(SCX_TRY(number(value, place, least, most)));
    };
    if (key == "weight") {
      settings.weight = static_cast<std::uint32_t>(SCX_TRY(number(value, place, 1, 10'000)));
    } else if (key == "quota") {
      settings.quota_us =
          value == "max" ? sim::CgroupSettings::kNoQuota : SCX_TRY(us(kLeastUs, kMostUs));
    } else if (key == "period") {
      settings.period_us = SCX_TRY(us(kLeastUs, kMostPeriodUs));
    } else if (key == "burst") {
      settings.burst_us = SCX_TRY(us(0, kMostUs));
    } else if (key == "idle") {
      if (!value.is_boolean())
        return wrong(place, fmt::format("is neither true nor false but {}", value.dump()));
      settings.idle = value.get<bool>();
    } else {
      return false;
    }
    return true;
  }

  static Status check_burst(const sim::CgroupSettings& settings, const std::string& place) {
    if (!settings.burst_us || !settings.quota_us || *settings.burst_us <= *settings.quota_us)
      return {};
    return wrong(place + ".burst", fmt::format("{} is more than the quota, {}", *settings.burst_us,
                                               *settings.quota_us));
  }

  Status read_tasks(const Json& tasks) {
    SCX_TRY(expect_object(tasks, "tasks"));
    for (const auto& [name, value] : tasks.items()) {
      kinds_[name] = static_cast<int>(workload_.kinds.size());
      TaskKind kind = SCX_TRY(read_task(name, value, "tasks." + name));
      workload_.kinds.push_back(std::move(kind));
    }
    return {};
  }

  Result<TaskKind> read_task(const std::string& name, const Json& task, const std::string& place) {
    SCX_TRY(expect_object(task, place));
    TaskKind kind{.name = name};
    std::optional<bool> real_time;
    const Json* priority = nullptr;
    Phase only;
    for (const auto& [key, value] : task.items()) {
      const std::string at = place + "." + key;
      if (key == "instance") {
        kind.count = static_cast<int>(SCX_TRY(number(value, at, 0, kMostTasks)));
      } else if (key == "loop") {
        kind.rounds = SCX_TRY(number(value, at, -1, INT32_MAX));
      } else if (key == "priority") {
        priority = &value;
      } else if (key == "policy") {
        real_time = SCX_TRY(read_policy(value, at));
      } else if (key == "delay") {
        kind.start_ns = SCX_TRY(span(value, at)).max_ns;
      } else if (key == "cpus") {
        kind.cpus = SCX_TRY(cpus(value, at));
      } else if (key == "taskgroup") {
        kind.group = SCX_TRY(group_path(value, at));
      } else if (key == "phases") {
        SCX_TRY(read_phases(kind, value, at));
      } else {
        only.ops.push_back(SCX_TRY(read_event(key, value, at)));
      }
    }
    real_time_.push_back(real_time);
    if (priority)
      kind.nice =
          SCX_TRY(nice(*priority, place + ".priority", real_time.value_or(default_real_time_)));
    if (kind.rounds == 0) return wrong(place + ".loop", "0 times is never");
    if (!only.ops.empty() && !kind.phases.empty())
      return wrong(place, "has phases, and events beside them");
    if (!only.ops.empty()) kind.phases.push_back(std::move(only));
    if (kind.phases.empty()) return wrong(place, "does nothing");
    return kind;
  }

  Status read_phases(TaskKind& kind, const Json& phases, const std::string& place) {
    SCX_TRY(expect_object(phases, place));
    for (const auto& [name, value] : phases.items()) {
      const std::string at = place + "." + name;
      SCX_TRY(expect_object(value, at));
      Phase phase;
      for (const auto& [key, event] : value.items()) {
        if (key == "loop") {
          phase.loops =
              static_cast<std::uint32_t>(SCX_TRY(number(event, at + ".loop", 1, INT32_MAX)));
        } else {
          phase.ops.push_back(SCX_TRY(read_event(key, event, at + "." + key)));
        }
      }
      if (phase.ops.empty()) return wrong(at, "does nothing");
      kind.phases.push_back(std::move(phase));
    }
    return {};
  }

  Result<Op> read_event(const std::string& key, const Json& value, const std::string& place) {
    const std::string event = without_number(key);
    if (event == "run") return Op{.kind = Op::Kind::run, .span = SCX_TRY(span(value, place))};
    if (event == "sleep") return Op{.kind = Op::Kind::sleep, .span = SCX_TRY(span(value, place))};
    if (event == "timer") return read_timer(value, place);
    if (event == "yield") return Op{.kind = Op::Kind::yield};
    if (event == "migrate_disable") return Op{.kind = Op::Kind::migrate_disable};
    if (event == "migrate_enable") return Op{.kind = Op::Kind::migrate_enable};
    if (event == "cpus") return Op{.kind = Op::Kind::set_cpus, .cpus = SCX_TRY(cpus(value, place))};
    if (event == "cpu_off" || event == "cpu_on") {
      const auto kind = event == "cpu_on" ? Op::Kind::cpu_on : Op::Kind::cpu_off;
      return Op{.kind = kind, .cpus = SCX_TRY(cpus(value, place))};
    }
    if (event == "nice") {
      const auto nice = static_cast<int>(SCX_TRY(number(value, place, -20, 19)));
      return Op{.kind = Op::Kind::set_nice, .value = nice};
    }
    if (event == "policy") {
      const bool real_time = SCX_TRY(read_policy(value, place));
      return Op{.kind = Op::Kind::set_class, .value = real_time};
    }
    if (event == "taskgroup")
      return Op{.kind = Op::Kind::set_group, .group = SCX_TRY(group_path(value, place))};
    if (const auto property = kProperties.find(event); property != kProperties.end())
      return read_change(property->second, value, place);
    if (event == "set_cgroup") return read_change_of_group(value, place);
    if (event == "suspend") return named(Op::Kind::wait, semaphores_, value, place);
    if (event == "resume") return named(Op::Kind::post, semaphores_, value, place);
    if (event == "resume_sync") {
      Op op = SCX_TRY(named(Op::Kind::post, semaphores_, value, place));
      op.sync = true;
      return op;
    }
    if (event == "lock") return named(Op::Kind::lock, mutexes_, value, place);
    if (event == "unlock") return named(Op::Kind::unlock, mutexes_, value, place);
    if (event == "fork") return named(Op::Kind::fork, forked_, value, place);
    return unknown(
        place,
        "run, sleep, timer, suspend, resume, resume_sync, lock, unlock, fork, yield, "
        "cpus, nice, policy, taskgroup, bind, renice, reclass, regroup, migrate_disable, "
        "migrate_enable, cpu_off, cpu_on and set_cgroup; for a task also instance, loop, phases, "
        "priority and delay");
  }

  static Result<Op> read_timer(const Json& timer, const std::string& place) {
    SCX_TRY(expect_object(timer, place));
    std::optional<Span> period;
    for (const auto& [key, value] : timer.items()) {
      if (key == "period") {
        period = SCX_TRY(span(value, place + ".period"));
      } else if (key != "ref") {  // a name of rt-app's own
        return unknown(place + "." + key, "ref and period");
      }
    }
    if (!period || !period->min_ns) return wrong(place, "needs a period above 0");
    return Op{.kind = Op::Kind::period, .span = *period};
  }

  static Result<Op> named(Op::Kind kind, std::map<std::string, int>& names, const Json& value,
                          const std::string& place) {
    const std::string name = SCX_TRY(text(value, place));
    const int next = static_cast<int>(names.size());
    return Op{.kind = kind, .object = names.emplace(name, next).first->second};
  }

  // What a task does to others, and which of their properties that is: {"task": name, "nice": …}.
  inline static const std::map<std::string, std::string> kProperties = {
      {"bind", "cpus"}, {"renice", "nice"}, {"reclass", "policy"}, {"regroup", "taskgroup"}};
  Result<Op> read_change(const std::string& property, const Json& change,
                         const std::string& place) {
    SCX_TRY(expect_object(change, place));
    std::optional<Op> op;
    int changed = -1;
    for (const auto& [key, value] : change.items()) {
      if (key == property)
        op = SCX_TRY(read_event(key, value, place + "." + key));
      else if (key == "task")
        changed = SCX_TRY(named(Op::Kind::set_nice, forked_, value, place + ".task")).object;
      else
        return unknown(place + "." + key, "task and " + property);
    }
    if (!op || changed < 0) return wrong(place, "needs task and " + property);
    op->object = changed;
    return *op;
  }

  static Result<Op> read_change_of_group(const Json& change, const std::string& place) {
    SCX_TRY(expect_object(change, place));
    Op op{.kind = Op::Kind::change_group};
    bool changes = false;
    for (const auto& [key, value] : change.items()) {
      const std::string at = place + "." + key;
      if (key == "cgroup")
        op.group = SCX_TRY(group_below_root(value, at));
      else if (SCX_TRY(read_setting(op.settings, key, value, at)))
        changes = true;
      else
        return unknown(at, fmt::format("cgroup, {}", kSettings));
    }
    SCX_TRY(check_burst(op.settings, place));
    if (op.group.empty() || !changes)
      return wrong(place, fmt::format("needs cgroup, and one of {}", kSettings));
    return op;
  }

  // The object of a fork, and of a change, is the number of a name so far; from here on that of the
  // kind.
  Status find_forked() {
    std::vector<int> kind_of(forked_.size());
    for (const auto& [name, number] : forked_) {
      const auto kind = kinds_.find(name);
      if (kind == kinds_.end())
        return wrong("fork, bind, renice, reclass or regroup",
                     fmt::format("there is no task {}", name));
      kind_of[static_cast<std::size_t>(number)] = kind->second;
    }
    for (TaskKind& kind : workload_.kinds)
      for (Phase& phase : kind.phases)
        for (Op& op : phase.ops)
          if (op.names_kind()) op.object = kind_of[static_cast<std::size_t>(op.object)];
    return {};
  }

  Workload workload_;
  std::map<std::string, int> kinds_, semaphores_, mutexes_, forked_;
  bool default_real_time_ = false;
  std::vector<std::optional<bool>> real_time_;  // what each kind says
};

// Keys that occur twice in an object would be dropped silently, and with them events.
class Duplicates {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    const auto level = static_cast<std::size_t>(depth);
    if (seen_.size() <= level) seen_.resize(level + 1);
    if (event == Json::parse_event_t::object_start) {
      if (seen_.size() <= level + 1) seen_.resize(level + 2);
      seen_[level + 1].clear();
    }
    if (event != Json::parse_event_t::key) return true;
    const auto key = parsed.get<std::string>();
    if (!seen_[level].insert(key).second && !twice_) twice_ = key;
    return true;
  }
  const std::optional<std::string>& twice() const { return twice_; }

 private:
  std::vector<std::set<std::string>> seen_;
  std::optional<std::string> twice_;
};

}  // namespace

Result<Workload> parse_workload(std::string_view text, std::string_view name) {
  Duplicates duplicates;
  try {
    const Json document =
        Json::parse(text, [&](int depth, Json::parse_event_t event, Json& parsed) {
          return duplicates(depth, event, parsed);
        });
    if (duplicates.twice())
      return wrong(*duplicates.twice(), "occurs twice in one object",
                   "number them: run1, run2, as rt-app wants it too");
    return Reader(name).read(document);
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorKind::invalid, fmt::format("this is no JSON: {}", error.what()));
  }
}

Result<Workload> read_workload(const std::filesystem::path& file) {
  const std::string text = SCX_TRY(read_file(file));
  auto workload = parse_workload(text, file.stem().string());
  if (workload) return workload;
  Error error = std::move(workload).error();
  error.what = fmt::format("{}: {}", file.string(), error.what);
  return std::unexpected(std::move(error));
}

}  // namespace scx::scxsim
