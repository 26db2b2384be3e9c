// SPDX-License-Identifier: GPL-2.0-only
//
// A timeline as a strict reader sees it: what Chrome's format says of each type of event, and what
// Perfetto's importer for it makes of numbers, names and order. It knows nothing of what the
// simulator meant.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "builtin.h"
#include "support.h"
#include "timeline.h"

namespace scx::scxsim {
namespace {

using Json = nlohmann::json;

class Reader {
 public:
  explicit Reader(const std::string& text) {
    // its tokenizer takes no control characters inside strings, DEL among them
    for (const char c : text)
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f)
        wrong(fmt_code(c), "control character");
    std::istringstream lines(text);
    std::string line;
    expect(std::getline(lines, line) && line == "[", line, "the first line opens the array");
    bool more = true;
    while (std::getline(lines, line) && line != "]") {
      expect(more, line, "a comma in front of it");
      more = line.ends_with(',');
      if (more) line.pop_back();
      read_line(line);
    }
    expect(!more && line == "]" && !std::getline(lines, line), line, "the last line closes it");
    finish();
  }
  // Nothing, or the first mistakes.
  std::string mistakes;

 private:
  static std::string fmt_code(char c) { return std::to_string(static_cast<int>(c)); }
  void wrong(const std::string& where, const std::string& rule) {
    if (++nr_mistakes_ <= 5) mistakes += rule + ": " + where.substr(0, 200) + "\n";
  }
  void expect(bool holds, const std::string& where, const char* rule) {
    if (!holds) wrong(where, rule);
  }

  void read_line(const std::string& line) {
    std::set<std::string> keys;
    bool twice = false;
    int depth_of_args = 0;
    const Json event = Json::parse(
        line,
        [&](int depth, Json::parse_event_t what, Json& parsed) {
          depth_of_args = std::max(depth_of_args, depth);
          if (what == Json::parse_event_t::key && depth == 1)
            twice |= !keys.insert(parsed.get<std::string>()).second;
          return true;
        },
        false);
    if (!event.is_object()) return wrong(line, "an event is an object on a line of its own");
    expect(!twice, line, "each key once");
    expect(depth_of_args <= 2, line, "args are flat");
    line_ = line;
    const std::string ph = text(event, "ph"), name = text(event, "name");
    expect(!name.empty(), line, "a name");
    pid_ = number(event, "pid", 1, UINT32_MAX);
    if (ph == "M") return metadata(event, name, keys);
    const double ts = time(event, "ts");
    if (ph == "X") return slice(event, ts, keys);
    if (ph == "i") return instant(event, ts, keys);
    if (ph == "C") return counter(event, name, ts, keys);
    wrong(line, "a type of event that is used here");
  }

  std::string text(const Json& event, const char* key) {
    if (event.contains(key) && event[key].is_string()) return event[key];
    wrong(line_, std::string(key) + " is a string");
    return "";
  }
  std::int64_t number(const Json& event, const char* key, std::int64_t least, std::int64_t most) {
    if (event.contains(key) && event[key].is_number_integer() && event[key] >= least &&
        event[key] <= most)
      return event[key];
    wrong(line_, std::string(key) + " is a whole number in its range");
    return least;
  }
  // Microseconds, that a double has to the nanosecond.
  double time(const Json& event, const char* key) {
    if (event.contains(key) && event[key].is_number() && event[key] >= 0.0 && event[key] < 4e12)
      return event[key];
    wrong(line_, std::string(key) + " is a time");
    return 0;
  }
  void only(const std::set<std::string>& keys, std::set<std::string> allowed) {
    allowed.insert({"ph", "pid", "name"});
    expect(std::ranges::includes(allowed, keys), line_, "no key that this type does not have");
  }
  // As the importer: a product of doubles, cut.
  static std::int64_t cut_ns(double us) { return static_cast<std::int64_t>(us * 1000); }

  std::int64_t thread(const Json& event) {
    // 0 is idle; and a thread that has a process's number is that process's first one
    const std::int64_t tid = number(event, "tid", 1, UINT32_MAX);
    const auto [at, is_new] = process_of_.emplace(tid, pid_);
    expect(is_new || at->second == pid_, line_, "a thread's number is of one process only");
    return tid;
  }

  void metadata(const Json& event, const std::string& name, const std::set<std::string>& keys) {
    const bool of_thread = name.starts_with("thread_"), sorts = name.ends_with("_sort_index");
    only(keys, of_thread ? std::set<std::string>{"args", "tid"} : std::set<std::string>{"args"});
    const Json args = event.value("args", Json::object());
    expect(name == "process_name" || name == "thread_name" || name == "process_sort_index" ||
               name == "thread_sort_index",
           line_, "metadata that is known");
    if (sorts)
      expect(
          args.size() == 1 && args.contains("sort_index") && args["sort_index"].is_number_integer(),
          line_, "sort_index is a whole number");
    else
      expect(args.size() == 1 && args.contains("name") && args["name"].is_string() &&
                 !args["name"].get<std::string>().empty(),
             line_, "what it is called");
    const std::int64_t tid = of_thread ? thread(event) : 0;
    expect(described_.emplace(name, pid_, tid).second, line_, "described once");
    if (!of_thread) processes_.insert(pid_);
  }

  void slice(const Json& event, double ts, const std::set<std::string>& keys) {
    only(keys, {"tid", "ts", "dur", "cat", "args"});
    text(event, "cat");
    flat(event);
    const std::int64_t from = cut_ns(ts), length = cut_ns(time(event, "dur"));
    expect(length > 0, line_, "as long as a nanosecond");
    const std::int64_t tid = thread(event);
    used(tid);
    slices_[tid].push_back({from, from + length});
  }

  void instant(const Json& event, double ts, const std::set<std::string>& keys) {
    const std::string scope = text(event, "s");
    expect(scope == "g" || scope == "p" || scope == "t", line_, "a scope");
    only(keys, scope == "t" ? std::set<std::string>{"s", "tid", "ts", "cat", "args"}
                            : std::set<std::string>{"s", "ts"});
    flat(event);
    expect(ts >= 0, line_, "a time");
    used(scope == "t" ? thread(event) : 0);
  }

  void counter(const Json& event, const std::string& name, double ts,
               const std::set<std::string>& keys) {
    only(keys, {"ts", "args"});
    flat(event);
    const Json args = event.value("args", Json::object());
    expect(!args.empty(), line_, "a counter has a value");
    for (const auto& [series, value] : args.items())
      expect(value.is_number(), line_, "a counter's value is a number");
    used(0);
    const auto [at, is_new] = counted_.try_emplace({pid_, name}, cut_ns(ts));
    expect(is_new || at->second < cut_ns(ts), line_, "one value at a time, in their order");
    at->second = cut_ns(ts);
  }

  void flat(const Json& event) {
    for (const auto& [key, value] : event.items())
      expect(!value.is_array() && !value.is_null(), line_, "no array, and not nothing");
    const Json args = event.value("args", Json::object());
    for (const auto& [key, value] : args.items())
      expect(value.is_primitive() && !value.is_null(), line_, "args have values");
  }
  void used(std::int64_t tid) {
    expect(described_.contains({"process_name", pid_, 0}), line_, "its process has a name");
    expect(!tid || described_.contains({"thread_name", pid_, tid}), line_, "its thread has a name");
  }

  void finish() {
    for (const auto& [tid, process] : process_of_)
      expect(!processes_.contains(tid), std::to_string(tid), "no thread has a process's number");
    for (auto& [tid, slices] : slices_) {
      std::ranges::sort(slices);
      for (std::size_t at = 1; at < slices.size(); ++at)
        expect(slices[at].first >= slices[at - 1].second, std::to_string(tid),
               "slices of a thread follow each other");
    }
  }

  std::string line_;
  std::int64_t pid_ = 0;
  int nr_mistakes_ = 0;
  std::map<std::int64_t, std::int64_t> process_of_;
  std::set<std::int64_t> processes_;
  std::set<std::tuple<std::string, std::int64_t, std::int64_t>> described_;
  std::map<std::int64_t, std::vector<std::pair<std::int64_t, std::int64_t>>> slices_;
  std::map<std::pair<std::int64_t, std::string>, std::int64_t> counted_;
};

std::string timeline_of(const char* scheduler, const sim::Workload& workload,
                        const Window& window = {}, const sim::SimulationOptions& how = {},
                        const char* knob = nullptr) {
  const test::TempDir folder;
  const auto name = folder.path() / "t.json";
  const Machine machine = two_nodes();
  Timeline timeline(std::move(*OutputFile::create(name)), machine, workload, window);
  sim::SimulationOptions options = how;
  options.observer = &timeline;
  const sim::Outcome outcome = outcome_of(scheduler, machine, workload, options, knob);
  EXPECT_TRUE(timeline.finish(outcome));
  std::ifstream in(name);
  return {std::istreambuf_iterator<char>(in), {}};
}

sim::Workload builtin(const char* name) {
  sim::Workload workload = find_builtin(name)->make(8, 1);
  workload.duration_ns = 10'000'000;  // which is 4 MB for messaging
  return workload;
}

TEST(TimelineFormat, OfEachWorkloadUnderEachScheduler) {
  for (const Builtin& one : builtins())
    for (const char* scheduler : {"simple", "lavd", "qmap"})
      EXPECT_EQ(Reader(timeline_of(scheduler, builtin(one.name.data()))).mistakes, "")
          << one.name << " under " << scheduler;
}

TEST(TimelineFormat, OfAWindowAWarmUpAndAnError) {
  sim::Workload workload = builtin("periodic");
  EXPECT_EQ(Reader(timeline_of("lavd", workload, {2'000'123, 7'000'456})).mistakes, "");
  EXPECT_EQ(Reader(timeline_of("lavd", workload, {0, 1})).mistakes, "");
  workload.warmup_ns = 5'000'000;
  EXPECT_EQ(Reader(timeline_of("lavd", workload)).mistakes, "");
  const std::string failed = timeline_of("qmap", workload, {}, {}, "error_after");
  EXPECT_NE(failed.find("error asked for"), failed.npos);
  EXPECT_EQ(Reader(failed).mistakes, "");
}

TEST(TimelineFormat, OfNamesWithAnyCharacter) {
  sim::Workload workload = builtin("periodic");
  std::string all = "\xff\xc3";
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  workload.kinds[0].name = all;
  EXPECT_EQ(Reader(timeline_of("simple", workload)).mistakes, "");
}

// The reader itself sees what is wrong.
TEST(TimelineFormat, IsLookedAtStrictly) {
  const std::string good = timeline_of("simple", builtin("periodic"));
  EXPECT_EQ(Reader(good).mistakes, "");
  const auto broken = [&](const std::string& from, const std::string& to) {
    std::string bad = good;
    const std::size_t at = bad.find(from);
    EXPECT_NE(at, bad.npos) << from;
    bad.replace(at, from.size(), to);
    return !Reader(bad).mistakes.empty();
  };
  EXPECT_TRUE(broken("\"ph\":\"X\"", "\"ph\":\"Y\""));
  EXPECT_TRUE(broken("\"ph\":\"X\"", "\"ph\":\"X\",\"ph\":\"X\""));
  EXPECT_TRUE(broken("\"dur\":", "\"dur\":-"));
  EXPECT_TRUE(broken("\"dur\":", "\"dur\":1"));
  EXPECT_TRUE(broken("\"ts\":", "\"when\":"));
  EXPECT_TRUE(broken("\"s\":\"t\"", "\"s\":\"x\""));
  EXPECT_TRUE(broken("\"tid\":1,", "\"tid\":0,"));
  EXPECT_TRUE(broken("\"tid\":1,", "\"tid\":100000001,"));
  EXPECT_TRUE(broken("\"args\":{\"value\":", "\"args\":{\"value\":\"x\",\"more\":"));
  EXPECT_TRUE(broken("\"name\":\"thread_name\"", "\"name\":\"thread_names\""));
  EXPECT_TRUE(broken("\n]\n", "\n"));
  EXPECT_TRUE(broken("},\n", "}\n"));
  EXPECT_TRUE(broken("audio", "au\x7f"));
}

}  // namespace
}  // namespace scx::scxsim
