// SPDX-License-Identifier: GPL-2.0-only
//
// --monitor-sched-samples, through the program itself, against a server of made-up samples.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <scx/stats/server.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include "samples.h"

namespace lavd {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "scxx-lavd-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string socket() const { return (path_ / "stats").string(); }

 private:
  std::filesystem::path path_;
};

// What it writes to stdout, or with "2>&1" to both, and its exit status.
std::pair<std::string, int> run(const std::string& command) {
  std::pair<std::string, int> said;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) return said;
  std::array<char, 4096> buffer;
  while (const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe))
    said.first.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  said.second = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return said;
}

TEST(LavdMonitor, ShowsSamplesEverySecondAsPlainLines) {
  const TempDir dir;
  std::vector<std::string> asked;  // written by the server's thread, read when that has ended
  scx::stats::Service service;
  service.add("sched_samples", scx::stats::Schema::of<SchedSample>(), [&asked] {
    return [&asked](const scx::stats::Args& args) -> scx::Result<scx::stats::Json> {
      asked.push_back(args.at("nr_samples"));
      SchedSample sample;
      sample.mseq = asked.size();
      sample.comm = "cc1plus";
      sample.warm_cpu_id = 7;
      return scx::stats::to_json(SchedSamples{{sample}});
    };
  });
  auto server = scx::stats::Server::start({.path = dir.socket()}, std::move(service)).value();
  const auto [out, status] =
      run("timeout 2.5 " SCX_LAVD " --monitor-sched-samples 12 --stats-path " + dir.socket());
  server.stop();
  // Told to end, it ends in order; timeout(1) says 124 then.
  EXPECT_EQ(status, 124);
  ASSERT_GE(asked.size(), 2U);
  EXPECT_EQ(asked.front(), "12");
  EXPECT_THAT(out, HasSubstr("   1    0  cc1plus"));
  EXPECT_THAT(out, HasSubstr("   2    0  cc1plus"));
  // No terminal: all columns, and headings once.
  EXPECT_TRUE(out.starts_with("MSEQ  PID  COMM "));
  const std::string last = "  WARM_CPU\n";
  EXPECT_NE(out.find(last), std::string::npos);
  EXPECT_EQ(out.find(last), out.rfind(last));
}

TEST(LavdMonitor, WaitsForAScheduler) {
  const TempDir dir;
  const auto [out, status] = run("timeout 1 " SCX_LAVD " --monitor-sched-samples 1 --stats-path " +
                                 dir.socket() + " 2>&1");
  EXPECT_EQ(status, 124);
  EXPECT_THAT(out, HasSubstr("no scheduler serves statistics at " + dir.socket()));
}

TEST(LavdMonitor, RefusesWhatCannotBe) {
  for (const char* arguments : {"0", "4097", "x", "5 --monitor 1", "5 --run-for 1"}) {
    const auto [out, status] =
        run(SCX_LAVD " --monitor-sched-samples " + std::string(arguments) + " 2>&1");
    EXPECT_EQ(status, 2) << arguments;
    EXPECT_THAT(out, AllOf(HasSubstr("--monitor-sched-samples"), Not(HasSubstr("COMM"))));
  }
}

}  // namespace
}  // namespace lavd
