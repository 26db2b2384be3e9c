// SPDX-License-Identifier: GPL-2.0-only
//
// What is in a report, after each way a scheduler can go.
#include "report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "scx/topology/topology.h"
#include "support.h"

namespace scx::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

ReportOptions options() {
  ReportOptions options;
  options.scheduler = "scx_test 1.2.3";
  options.clang = "19.1.7";
  options.options = "scx_test --pin-root-path=/home/alice/x\n";
  return options;
}

std::vector<std::string> names(const Archive& archive) {
  std::vector<std::string> all;
  for (const auto& [name, content] : archive.members()) all.push_back(name);
  return all;
}

std::string member(const Archive& archive, const char* name) {
  const std::string* content = archive.find(name);
  if (!content) ADD_FAILURE() << "there is no " << name;
  return content ? *content : "";
}

ExitReport stall() {
  ExitReport exit;
  exit.kind = ExitKind::error_stall;
  exit.reason = "runnable task stall";
  exit.message = "Secret[125] failed to run for 3.024s";
  exit.backtrace = {1, 2};
  exit.dump = "kworker/0:1[46] triggered exit kind 1026:\n\n  R Secret[125] -3024ms\n";
  return exit;
}

// A start that preflight refused: nothing is known of a run, and all else is there.
TEST(Report, OfASchedulerThatNeverStarted) {
  Report report(options());
  report.found({{"sched_ext", Verdict::no, "there is none", {}, "another kernel", {}}});
  report.failed({ErrorKind::unsupported, 0, "there is no sched_ext", "use another kernel", {}});
  const Archive archive = report.make({});
  EXPECT_THAT(member(archive, "README.txt"),
              AllOf(HasSubstr("scx_test 1.2.3"), HasSubstr("there is no sched_ext")));
  EXPECT_THAT(member(archive, "error.txt"), HasSubstr("use another kernel"));
  EXPECT_THAT(member(archive, "system.txt"), HasSubstr("no    sched_ext  there is none"));
  EXPECT_THAT(member(archive, "system.json"), HasSubstr(R"("ready":false)"));
  EXPECT_THAT(member(archive, "versions.txt"),
              AllOf(HasSubstr("19.1.7"), HasSubstr("libbpf"), HasSubstr("hwloc")));
  EXPECT_THAT(member(archive, "runs.txt"), HasSubstr("not started"));
  EXPECT_THAT(member(archive, "cids.txt"), HasSubstr("cid"));
  for (const char* name :
       {"kernel.txt", "kernel-config.txt", "btf.txt", "domains.txt", "orders.txt"})
    EXPECT_NE(member(archive, name), "") << name;
  for (const char* name :
       {"exit.txt", "dump.txt", "backtrace.txt", "load-log.txt", "topology.scxx"})
    EXPECT_THAT(names(archive), Not(Contains(name)));
}

TEST(Report, OfASchedulerThatTheKernelEnded) {
  Report report(options());
  const Machine four = whole(machine(cores(4, 1, 0)));
  report.begin_run(four);
  LoadReport load;
  load.form = Form::cid;
  load.programs = {{"test_dispatch", 1234}};
  load.dropped = {"cpu_release"};
  load.not_attached = {{"test_hook", "no such thing"}};
  report.started(load);
  report.ended(stall());
  const Archive archive = report.make({});
  EXPECT_THAT(member(archive, "exit.txt"),
              AllOf(HasSubstr("kind     1026"), HasSubstr("message  task[125] failed to run")));
  EXPECT_THAT(member(archive, "dump.txt"),
              AllOf(HasSubstr("R task[125] -3024ms"), HasSubstr("kworker/0:1[46]")));
  EXPECT_NE(member(archive, "backtrace.txt"), "");
  EXPECT_THAT(member(archive, "runs.txt"),
              AllOf(HasSubstr("cid form, 1234 instructions"), HasSubstr("no cpu_release"),
                    HasSubstr("test_hook: no such thing"), HasSubstr("task[125] failed to run")));
  EXPECT_THAT(member(archive, "cids.txt"), HasSubstr("4 CPUs"));
  EXPECT_THAT(member(archive, "README.txt"), HasSubstr("The kernel ended it: runnable task stall"));
  EXPECT_THAT(names(archive), Not(Contains("error.txt")));
}

TEST(Report, NoNameOfAProcessUnlessAskedFor) {
  for (const bool processes : {false, true}) {
    ReportOptions with = options();
    with.processes = processes;
    Report report(with);
    report.begin_run(whole(machine(cores(2, 1, 0))));
    report.ended(stall());
    const std::vector<std::string> log = {"E runnable task stall: Secret[125] failed to run\n",
                                          "E the dump:\n  R Secret[125] -3024ms\nmore\n"};
    const Archive archive = report.make(log);
    for (const auto& [name, content] : archive.members()) {
      const bool may =
          processes && (name == "dump.txt" || name == "exit.txt" || name == "runs.txt" ||
                        name == "log.txt" || name == "README.txt");
      EXPECT_EQ(content.contains("Secret"), may) << name;
    }
    // The dump has a member of its own.
    EXPECT_THAT(member(archive, "log.txt"), HasSubstr("the dump: (and 2 lines)\n"));
    EXPECT_THAT(member(archive, "README.txt"),
                HasSubstr(processes ? "--report-processes" : "were taken out"));
  }
}

TEST(Report, NothingOfTheMachinesNameOrAHome) {
  Report report(options());
  report.failed({ErrorKind::io, 0, "cannot read /home/alice/file", {}, "in /home/alice/log"});
  char host[256] = {};
  ::gethostname(host, sizeof(host) - 1);
  const bool telling = std::string(host).size() > 5;
  const Archive archive = report.make({});
  for (const auto& [name, content] : archive.members()) {
    EXPECT_THAT(content, Not(HasSubstr("alice"))) << name;
    if (telling) {
      EXPECT_THAT(content, Not(HasSubstr(host))) << name;
    }
  }
}

TEST(Report, WhatTheVerifierSaidIsWhole) {
  Report report(options());
  report.begin_run(whole(machine(cores(2, 1, 0))));
  const std::string log = "prog 'x': BEGIN PROG LOAD LOG\narr[5] of a[12]\nEND\n";
  report.failed({ErrorKind::rejected, 0, "the kernel refused the program x", {}, log});
  const Archive archive = report.make({});
  EXPECT_EQ(member(archive, "load-log.txt"), log);
  EXPECT_THAT(member(archive, "runs.txt"), HasSubstr("the kernel refused the program x"));
}

// CPUs that come and go for weeks: the beginning and the end are what tells.
TEST(Report, OfManyRunsTheFirstAndTheLastAreKept) {
  Report report(options());
  ExitReport restart;
  restart.kind = ExitKind::unreg_kern;
  restart.reason = "hotplug";
  const Machine two = whole(machine(cores(2, 1, 0)));
  for (int i = 0; i < 100; ++i) {
    report.begin_run(two);
    report.ended(restart);
  }
  const std::string runs = member(report.make({}), "runs.txt");
  for (const char* kept : {"run 1,", "run 8,", "run 93,", "run 100,"})
    EXPECT_THAT(runs, HasSubstr(kept));
  EXPECT_THAT(runs, Not(HasSubstr("run 50,")));
}

// What somebody else sees: the machine of the report, out of the archive.
TEST(Report, TheMachineIsReplayed) {
  const TempDir dir;
  Report report(options());
  const std::string bundle = member(report.make({}), "machine.scxx");
  const auto source = Source::parse(dir.write("machine.scxx", bundle).native());
  ASSERT_TRUE(source) << source.error().message();
  const auto replayed = Topology::discover(*source), here = Topology::discover();
  ASSERT_TRUE(here) << here.error().message();
  ASSERT_TRUE(replayed) << replayed.error().message();
  EXPECT_EQ(summary(*replayed), summary(*here));
}

}  // namespace
}  // namespace scx::test
