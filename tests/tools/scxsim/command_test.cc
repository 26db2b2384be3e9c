// SPDX-License-Identifier: GPL-2.0-only
//
// The command as people type it.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../../framework/support.h"

namespace scx::scxsim {
namespace {

using testing::HasSubstr;

struct Finished {
  int status = -1;
  std::string output;  // both streams
};

Finished run(const std::string& arguments) {
  Finished done;
  FILE* const pipe = ::popen((std::string(SCXSIM " ") + arguments + " 2>&1").c_str(), "r");
  if (!pipe) return done;
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    done.output.append(buffer.data(), got);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) done.status = WEXITSTATUS(status);
  return done;
}

void expect(int status, const char* message, const std::string& arguments) {
  const Finished done = run(arguments);
  EXPECT_EQ(done.status, status) << arguments;
  EXPECT_THAT(done.output, HasSubstr(message)) << arguments;
}

TEST(Command, IsRepeatableToTheByte) {
  const std::string arguments =
      "--scheduler lavd --topology 'node:2 core:2 pu:2' --workload random --seed 5 --json";
  const Finished once = run(arguments), again = run(arguments);
  ASSERT_EQ(once.status, 0) << once.output;
  EXPECT_EQ(once.output, again.output);
  const auto json = nlohmann::json::parse(once.output);
  EXPECT_EQ(json["version"], SCXX_VERSION);
  EXPECT_EQ(json["nr_cpus"], 8);
  EXPECT_EQ(json["end"], "finished");
  EXPECT_NE(
      run("--scheduler lavd --topology 'node:2 core:2 pu:2' --workload random --seed 6 --json")
          .output,
      once.output);
}

TEST(Command, TakesAWorkloadFileAndKnobs) {
  const test::TempDir folder;
  const std::string file = folder.path() / "mine.json";
  std::ofstream(file) << R"({"tasks": {"a": {"instance": 4, "run": 1000}}})";
  const std::string arguments =
      "--scheduler lavd --topology pu:2 --duration 500 --json --workload " + file;
  const auto usual = nlohmann::json::parse(run(arguments).output);
  const auto longer = nlohmann::json::parse(
      run(arguments + " --set slice_min_ns=20000000 --set slice_max_ns=40000000").output);
  EXPECT_EQ(usual["workload"], "mine");
  EXPECT_EQ(usual["end_ns"], 500'000'000);
  EXPECT_LT(longer["all"]["switches"], usual["all"]["switches"]);
}

TEST(Command, WrongUsageIsStatusTwo) {
  expect(2, "--scheduler is needed", "");
  expect(2, "Try 'scxsim --help'", "--nothing");
  expect(2, "there is no cost such as x=1", "--scheduler simple --topology pu:1 --cost x=1");
  expect(2, "the policy has no knob nothing", "--scheduler simple --topology pu:1 --set nothing=1");
  expect(2, "write NAME=VALUE", "--scheduler simple --topology pu:1 --set fifo");
  expect(2, "the warm-up is as long", "--scheduler simple --topology pu:1 --duration 5 --warmup 5");
  expect(2, "--duration", "--scheduler simple --topology pu:1 --duration 0");
}

TEST(Command, WhatCannotRunIsStatusOne) {
  expect(1, "there is no scheduler none in ", "--scheduler none --topology pu:1");
  expect(1, "--list-workloads shows", "--scheduler simple --topology pu:1 --workload none");
  expect(1, "the knob fifo cannot be maybe", "--scheduler simple --topology pu:1 --set fifo=maybe");
  const test::TempDir folder;
  const std::string file = folder.path() / "bound.json";
  std::ofstream(file) << R"({"tasks": {"a": {"cpus": [7], "run": 1000}}})";
  expect(1, "none of the CPUs 7 of a is online",
         "--scheduler simple --topology pu:2 --workload " + file);
}

TEST(Command, ASchedulerThatFailsIsStatusOneWithACommandToSeeItAgain) {
  const std::string arguments = "--scheduler qmap --topology pu:2 --set error_after=10";
  expect(1, "error asked for after 10 enqueues\nto see it again: scxsim ", arguments);
  // what is after the error is cut off
  expect(1, "--set error_after=10 --seed 1 --duration 45\n",
         arguments + " --seed 1 --duration=5000 --warmup 3000 --json");
  expect(1, "failed to run for ",
         "--scheduler qmap --topology pu:2 --duration 20000 --set stall_user_nth=3");
  expect(1, "was ready to run for ",
         "--scheduler simple --topology pu:1 --starvation 30 --set fifo=1");
}

TEST(Command, MakesWhatFailsSmallerAndPrintsACommandThatShowsIt) {
  const test::TempDir folder;
  const std::string file = folder.path() / "small.json";
  const std::string arguments =
      "--scheduler qmap --topology 'node:2 core:4 pu:2' --workload random --seed 3 "
      "--set stall_user_nth=50 --set print_events=0 --cost hz=100 --duration 20000 --shrink " +
      file;
  const Finished done = run(arguments);
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.output, HasSubstr("CPUs: 1, tasks: 1, kinds: 1"));
  const std::size_t at = done.output.rfind("scxsim ");
  ASSERT_NE(at, done.output.npos);
  const std::string small = done.output.substr(at + 7, done.output.size() - at - 8);
  EXPECT_THAT(small, testing::StartsWith("--scheduler qmap --topology 'core:1 pu:1' --workload " +
                                         file + " --set stall_user_nth=50 --seed "));
  expect(1, " failed to run for ", small);
  // the same again, to the byte
  std::ifstream first(file);
  const std::string text(std::istreambuf_iterator<char>(first), {});
  EXPECT_EQ(run(arguments).output, done.output);
  std::ifstream second(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(second), {}), text);
}

TEST(Command, MakesNothingSmallerWhereNothingFailsOrItIsNotLet) {
  const test::TempDir folder;
  const std::string file = folder.path() / "small.json";
  expect(0, "", "--scheduler simple --topology pu:2 --duration 50 --shrink " + file);
  EXPECT_FALSE(std::filesystem::exists(file));
  expect(1, "not done after 1 runs",
         "--scheduler qmap --topology pu:2 --set error_after=10 --shrink-runs 1 --shrink " + file);
  expect(1, "cannot write /nonexistent/x",
         "--scheduler qmap --topology pu:2 --set error_after=10 --shrink /nonexistent/x");
  expect(2, "--shrink", "--scheduler simple --topology pu:2 --shrink-runs 5");
  expect(2, "excludes", "--scheduler simple --topology pu:2 --compare lavd --shrink x");
}

TEST(Command, PrintsAWorkloadThatRunsTheSame) {
  const test::TempDir folder;
  const std::string file = folder.path() / "random.json";
  const std::string machine = " --topology 'core:3 pu:2' --seed 4 --workload ";
  const Finished printed = run("--print-workload" + machine + "random");
  EXPECT_EQ(printed.status, 0);
  std::ofstream(file) << printed.output;
  const std::string arguments = "--scheduler lavd --duration 100 --json" + machine;
  EXPECT_EQ(run(arguments + file).output, run(arguments + "random").output);
  EXPECT_EQ(run("--print-workload" + machine + file).output, printed.output);
  expect(1, "--list-workloads shows", "--print-workload --topology pu:1 --workload none");
}

TEST(Command, WritesATimelineAndAPictureBesideTheResults) {
  const test::TempDir folder;
  const std::string timeline = folder.path() / "t.json", picture = folder.path() / "p.svg";
  const std::string arguments = "--scheduler lavd --topology pu:2 --workload periodic --json";
  const Finished plain = run(arguments);
  const Finished done =
      run(arguments + " --timeline " + timeline + " --svg " + picture + " --window 10-30");
  EXPECT_EQ(done.status, 0) << done.output;
  EXPECT_EQ(done.output, plain.output);
  std::ifstream in(timeline);
  const auto events = nlohmann::json::parse(in);
  ASSERT_TRUE(events.is_array());
  for (const auto& event : events)
    if (event.contains("ts")) {
      EXPECT_GE(event["ts"], 10'000);
    }
  std::ifstream drawn(picture);
  const std::string svg(std::istreambuf_iterator<char>(drawn), {});
  EXPECT_THAT(svg, testing::StartsWith("<svg "));
  EXPECT_THAT(svg, HasSubstr("10 to 30 ms"));
}

TEST(Command, WritesTheTimelineOfASchedulerThatFails) {
  const test::TempDir folder;
  const std::string timeline = folder.path() / "t.json";
  expect(1, "error asked for after 10 enqueues",
         "--scheduler qmap --topology pu:2 --set error_after=10 --timeline " + timeline);
  std::ifstream in(timeline);
  const auto events = nlohmann::json::parse(in);
  EXPECT_EQ(events.back()["name"], "error asked for after 10 enqueues");
}

TEST(Command, StartsTheSchedulerAnewAfterAHotplug) {
  const test::TempDir folder;
  const std::string timeline = folder.path() / "t.json";
  const std::string file = folder.write("w.json", R"({"tasks": {
    "hog": {"instance": 3, "run": 1000},
    "admin": {"policy": "SCHED_FIFO", "loop": 1, "sleep": 20000, "cpu_off": [0]}}})");
  for (const char* scheduler : {"simple", "lavd", "qmap"}) {
    const std::string arguments = std::string("--scheduler ") + scheduler +
                                  " --topology 'core:2 pu:2' --cost restart_ns=30000000" +
                                  " --duration 200 --audit --measure --workload " + file;
    expect(0, "new starts after a hotplug: 1\n", arguments);
    const auto json =
        nlohmann::json::parse(run(arguments + " --json --timeline " + timeline).output);
    EXPECT_EQ(json["restarts"], 1);
    EXPECT_EQ(json["end"], "finished");
    std::ifstream in(timeline);
    std::vector<std::string> said;
    for (const auto& event : nlohmann::json::parse(in))
      if (event["ph"] == "i" && event["s"] == "g") said.push_back(event["name"]);
    EXPECT_THAT(said, testing::ElementsAre("cpu 0 going offline, exiting scheduler",
                                           "the scheduler is started anew"));
  }
}

TEST(Command, ShowsUnitsAndEachTaskWhereAsked) {
  const std::string arguments = "--scheduler simple --topology 'core:2 pu:2' --duration 50";
  expect(0, "core 1  2-3", arguments + " --units");
  expect(0, "heavy   1000", arguments + " --each-task");
  const auto json = nlohmann::json::parse(run(arguments + " --json --units --each-task").output);
  EXPECT_EQ(json["units"].size(), 4u);
  EXPECT_EQ(json["units"][3]["cids"], "2-3");
  EXPECT_EQ(json["each_task"].size(), 12u);
  EXPECT_FALSE(nlohmann::json::parse(run(arguments + " --json").output).contains("units"));
}

TEST(Command, ComparesSchedulersAndKnobs) {
  const std::string arguments =
      "--topology 'core:2 pu:1' --workload periodic --duration 200 --json --scheduler lavd ";
  const auto alone = nlohmann::json::parse(run(arguments).output);
  const auto knobs = nlohmann::json::parse(run(arguments + "--compare-set no_preemption=1").output);
  EXPECT_EQ(knobs["runs"][0], alone);
  EXPECT_EQ(knobs["runs"][1]["scheduler"], "lavd");
  EXPECT_LT(knobs["ratios"]["all"]["preemptions"], 1);
  const auto both = nlohmann::json::parse(run(arguments + "--compare simple").output);
  EXPECT_EQ(both["runs"][0], alone);
  EXPECT_EQ(both["runs"][1]["scheduler"], "simple");
  expect(1, "scxsim: qmap error_after=10, after ",
         "--scheduler qmap --topology pu:2 --compare-set error_after=10");
}

TEST(Command, OptionsThatContradictEachOtherAreStatusTwo) {
  const std::string simple = "--scheduler simple --topology pu:1 ";
  expect(2, "--timeline and --svg are the same file", simple + "--timeline x --svg x");
  expect(2, "--window is of --timeline and --svg", simple + "--window 1-2");
  expect(2, "write FROM-TO in milliseconds", simple + "--timeline x --window 7");
  expect(2, "--window 5000-6000 begins after the end", simple + "--svg x --window 5000-6000");
  expect(2, "excludes", simple + "--compare lavd --timeline x");
  expect(2, "excludes", simple + "--compare-set fifo=1 --units");
  expect(2, "write NAME=VALUE", simple + "--compare-set fifo");
}

TEST(Command, AFileThatCannotBeWrittenIsStatusOne) {
  const std::string simple = "--scheduler simple --topology pu:1 ";
  expect(1, "cannot write /nonexistent/x", simple + "--timeline /nonexistent/x");
  expect(1, "cannot write /dev/full: No space left", simple + "--timeline /dev/full");
  expect(1, "cannot write /dev/full: No space left", simple + "--svg /dev/full");
  expect(1, "there is no scheduler none", simple + "--compare none");
}

TEST(Command, MeasuresAndChecksWhereItIsAsked) {
  const std::string arguments = "--scheduler simple --topology pu:2 --duration 50";
  EXPECT_THAT(run(arguments).output, testing::Not(HasSubstr("callback")));
  expect(0, "the engine: ", arguments + " --measure");
  const auto json = nlohmann::json::parse(run(arguments + " --measure --json").output);
  std::uint64_t calls = 0;
  for (const auto& cost : json["costs"]) calls += cost["calls"].get<std::uint64_t>();
  EXPECT_EQ(calls, json["callbacks"]);
  expect(0, "idle", arguments + " --audit --conserve 30");
  expect(2, "--conserve", arguments + " --conserve 0");
}

TEST(Command, HelpVersionAndLists) {
  expect(0, "--scheduler NAME", "--help");
  expect(0, "scxsim " SCXX_VERSION, "--version");
  expect(0, "messaging", "--list-workloads");
}

}  // namespace
}  // namespace scx::scxsim
