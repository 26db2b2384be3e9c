// SPDX-License-Identifier: GPL-2.0-only
#include "workload_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace scx::scxsim {
namespace {

using Json = nlohmann::ordered_json;
using sim::Op;
using sim::Span;
using sim::TaskKind;
using sim::Workload;

constexpr std::uint64_t kUs = 1000, kSecond = 1'000'000 * kUs;

Result<Json> microseconds(std::uint64_t ns) {
  if (ns % kUs == 0) return Json(ns / kUs);
  return fail(ErrorKind::invalid,
              fmt::format("{} ns: a workload's file has whole microseconds", ns));
}

Result<Json> span(const Span& span) {
  Json least = SCX_TRY(microseconds(span.min_ns));
  if (span.min_ns == span.max_ns) return least;
  return Json::array({std::move(least), SCX_TRY(microseconds(span.max_ns))});
}

Json list(const CpuSet& cpus) {
  Json found = Json::array();
  for (const CpuId cpu : cpus) found.push_back(cpu.value());
  return found;
}

std::string policy(bool real_time) { return real_time ? "SCHED_FIFO" : "SCHED_OTHER"; }

void add_settings(Json& to, const sim::CgroupSettings& settings) {
  if (settings.weight) to["weight"] = *settings.weight;
  if (settings.quota_us == sim::CgroupSettings::kNoQuota)
    to["quota"] = "max";
  else if (settings.quota_us)
    to["quota"] = *settings.quota_us;
  if (settings.period_us) to["period"] = *settings.period_us;
  if (settings.burst_us) to["burst"] = *settings.burst_us;
  if (settings.idle) to["idle"] = *settings.idle;
}

Json cgroups(const Workload& workload) {
  Json all = Json::object();
  for (const sim::CgroupSetup& setup : workload.cgroups)
    add_settings(all[setup.path] = Json::object(), setup.settings);
  return all;
}

struct Event {
  std::string key;
  Json value;
};

class Writer {
 public:
  explicit Writer(const Workload& workload) : workload_(workload) {}

  Result<Json> tasks() {
    Json all = Json::object();
    for (const TaskKind& kind : workload_.kinds) all[kind.name] = SCX_TRY(task(kind));
    return all;
  }

 private:
  Result<Json> task(const TaskKind& kind) {
    Json made = Json::object();
    if (kind.count != 1) made["instance"] = kind.count;
    if (kind.rounds != -1) made["loop"] = kind.rounds;
    if (kind.real_time && kind.nice)
      return fail(ErrorKind::invalid, kind.name + ": a real-time task has no nice value in a file");
    if (kind.nice) made["priority"] = kind.nice;
    if (kind.real_time) made["policy"] = policy(true);
    if (kind.start_ns) made["delay"] = SCX_TRY(microseconds(kind.start_ns));
    if (kind.cpus) made["cpus"] = list(*kind.cpus);
    if (!kind.group.empty()) made["taskgroup"] = kind.group;
    if (kind.phases.size() == 1 && kind.phases[0].loops == 1) {
      SCX_TRY(add_events(made, kind.phases[0].ops));
      return made;
    }
    Json& phases = made["phases"] = Json::object();
    for (const sim::Phase& phase : kind.phases) {
      Json& one = phases[fmt::format("phase{}", phases.size() + 1)] = Json::object();
      if (phase.loops != 1) one["loop"] = phase.loops;
      SCX_TRY(add_events(one, phase.ops));
    }
    return made;
  }

  // A key that is there already gets a number, and so do those that without one say how the task
  // starts.
  Status add_events(Json& to, const std::vector<Op>& ops) {
    std::map<std::string, int> times;
    for (const Op& op : ops) {
      Event event = SCX_TRY(this->event(op));
      const int time = ++times[event.key];
      if (time > 1 || event.key == "cpus" || event.key == "policy" || event.key == "taskgroup")
        event.key += std::to_string(time);
      to[event.key] = std::move(event.value);
    }
    return {};
  }

  Result<Event> event(const Op& op) {
    switch (op.kind) {
      case Op::Kind::run:
        return Event{"run", SCX_TRY(span(op.span))};
      case Op::Kind::sleep:
        return Event{"sleep", SCX_TRY(span(op.span))};
      case Op::Kind::period:
        return Event{"timer", {{"ref", "any"}, {"period", SCX_TRY(span(op.span))}}};
      case Op::Kind::wait:
        return Event{"suspend", fmt::format("event{}", op.object)};
      case Op::Kind::post:
        return Event{op.sync ? "resume_sync" : "resume", fmt::format("event{}", op.object)};
      case Op::Kind::lock:
        return Event{"lock", fmt::format("mutex{}", op.object)};
      case Op::Kind::unlock:
        return Event{"unlock", fmt::format("mutex{}", op.object)};
      case Op::Kind::fork:
        return Event{"fork", name(op.object)};
      case Op::Kind::yield:
        return Event{"yield", ""};
      case Op::Kind::set_nice:
        if (op.object < 0) return Event{"nice", op.value};
        return Event{"renice", {{"task", name(op.object)}, {"nice", op.value}}};
      case Op::Kind::set_cpus:
        if (op.object < 0) return Event{"cpus", list(op.cpus)};
        return Event{"bind", {{"task", name(op.object)}, {"cpus", list(op.cpus)}}};
      case Op::Kind::set_class:
        if (op.object < 0) return Event{"policy", policy(op.value)};
        return Event{"reclass", {{"task", name(op.object)}, {"policy", policy(op.value)}}};
      case Op::Kind::set_group:
        if (op.object < 0) return Event{"taskgroup", op.group};
        return Event{"regroup", {{"task", name(op.object)}, {"taskgroup", op.group}}};
      case Op::Kind::change_group: {
        Event event{"set_cgroup", {{"cgroup", op.group}}};
        add_settings(event.value, op.settings);
        return event;
      }
      case Op::Kind::migrate_disable:
        return Event{"migrate_disable", ""};
      case Op::Kind::migrate_enable:
        return Event{"migrate_enable", ""};
      case Op::Kind::cpu_off:
        return Event{"cpu_off", list(op.cpus)};
      case Op::Kind::cpu_on:
        return Event{"cpu_on", list(op.cpus)};
    }
    return fail(ErrorKind::invalid, "an operation that a workload's file cannot have");
  }

  const std::string& name(int kind) const {
    return workload_.kinds[static_cast<std::size_t>(kind)].name;
  }

  const Workload& workload_;
};

// On one line, with a space behind commas and colons.
std::string on_a_line(const Json& value) {
  if (!value.is_structured()) return value.dump();
  std::string line;
  for (const auto& [key, member] : value.items()) {
    if (!line.empty()) line += ", ";
    if (value.is_object()) line += Json(key).dump() + ": ";
    line += on_a_line(member);
  }
  return (value.is_object() ? '{' : '[') + line + (value.is_object() ? '}' : ']');
}

// A task a line; one of several phases has a line for each of these too.
std::string task_lines(const std::string& name, const Json& task) {
  std::string text = fmt::format("    {}: ", Json(name).dump());
  if (!task.contains("phases") || task["phases"].size() < 2) return text + on_a_line(task);
  text += '{';
  for (const auto& [key, value] : task.items())
    if (key != "phases") text += fmt::format("{}: {}, ", Json(key).dump(), on_a_line(value));
  text += "\"phases\": {";
  std::string_view separator = "\n";
  for (const auto& [key, value] : task["phases"].items()) {
    text += fmt::format("{}      {}: {}", separator, Json(key).dump(), on_a_line(value));
    separator = ",\n";
  }
  return text + "}}";
}

}  // namespace

Result<std::string> workload_text(const Workload& workload) {
  const Json tasks = SCX_TRY(Writer(workload).tasks());
  std::string text = "{\n";
  if (workload.duration_ns % kSecond == 0)
    text += fmt::format("  \"global\": {{\"duration\": {}}},\n", workload.duration_ns / kSecond);
  if (!workload.cgroups.empty())
    text += fmt::format("  \"cgroups\": {},\n", on_a_line(cgroups(workload)));
  text += "  \"tasks\": {";
  std::string_view separator = "\n";
  for (const auto& [name, task] : tasks.items()) {
    text += separator;
    text += task_lines(name, task);
    separator = ",\n";
  }
  return text + "\n  }\n}\n";
}

}  // namespace scx::scxsim
