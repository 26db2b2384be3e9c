// SPDX-License-Identifier: GPL-2.0-only
//
// A scheduler's command line, as somebody at a terminal meets it. scx_simple stands for all of
// them: they share it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "scx/base/fd.h"
#include "support.h"

namespace scx::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Clock = std::chrono::steady_clock;

// A process whose outputs are read through pipes; killed at the end of its life if it still runs.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments) {
    std::array<int, 2> out{}, err{};
    EXPECT_EQ(::pipe(out.data()), 0);
    EXPECT_EQ(::pipe(err.data()), 0);
    arguments.insert(arguments.begin(), SCX_PROGRAM);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(err[1], STDERR_FILENO);
      for (const int fd : {out[0], out[1], err[0], err[1]}) ::close(fd);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    out_.fd = Fd{out[0]};
    err_.fd = Fd{err[0]};
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

  void send(int signal) const { ::kill(pid_, signal); }

  // Reads until stderr holds `text`; false when the process ended or a minute went by before that.
  bool has_said(const std::string& text) {
    return read_until([&] { return err_.text.find(text) != std::string::npos; });
  }

  // The exit status; 128 + n for signal n, -1 when it is still running after a minute.
  int status() {
    read_until([] { return false; });
    if (out_.fd || err_.fd) return -1;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  const std::string& out() const { return out_.text; }
  const std::string& err() const { return err_.text; }

 private:
  struct Stream {
    Fd fd;
    std::string text;
  };

  static void read_some(Stream& stream, short revents) {
    if (!revents) return;
    std::array<char, 4096> buffer;
    const auto n = ::read(stream.fd.get(), buffer.data(), buffer.size());
    if (n > 0)
      stream.text.append(buffer.data(), static_cast<std::size_t>(n));
    else
      stream.fd = Fd{};
  }

  template <typename Done>
  bool read_until(Done done) {
    const auto end = Clock::now() + 60s;
    while (!done()) {
      if ((!out_.fd && !err_.fd) || Clock::now() > end) return false;
      std::array<pollfd, 2> fds{{{out_.fd.get(), POLLIN, 0}, {err_.fd.get(), POLLIN, 0}}};
      ::poll(fds.data(), fds.size(), 1000);
      read_some(out_, fds[0].revents);
      read_some(err_, fds[1].revents);
    }
    return true;
  }

  ::pid_t pid_ = 0;
  Stream out_, err_;
};

std::ptrdiff_t lines(const std::string& text) { return std::ranges::count(text, '\n'); }

TEST(Command, SaysItsVersion) {
  for (const char* option : {"--version", "-V"}) {
    Process process({option});
    EXPECT_EQ(process.status(), 0);
    EXPECT_THAT(process.out(), StartsWith("scx_simple " SCXX_VERSION " "));
    EXPECT_EQ(lines(process.out()), 1);
    EXPECT_EQ(process.err(), "");
  }
}

TEST(Command, HelpNamesTheCommonOptionsAndThePolicysOwn) {
  Process process({"--help"});
  EXPECT_EQ(process.status(), 0);
  for (const char* option : {"-f,--fifo", "-i,--stats", "--monitor", "--run-for", "--form",
                             "--log-level", "-v,--verbose", "-V,--version", "--help-stats",
                             "--stats-path", "--stats-mode", "--stats-group", "--btf-custom-path"})
    EXPECT_THAT(process.out(), HasSubstr(option));
  EXPECT_EQ(process.err(), "");
}

// Whatever this machine can: the answer agrees with the status, in both forms.
TEST(Command, ChecksTheMachineWithoutLoadingAnything) {
  Process people({"--check"});
  const int status = people.status();
  EXPECT_THAT(status, AnyOf(0, 1));
  EXPECT_EQ(people.out().find("no    ") != std::string::npos, status == 1) << people.out();
  for (const char* topic : {"sched_ext", "privileges", "type information", "machine"})
    EXPECT_THAT(people.out(), HasSubstr(topic));
  EXPECT_EQ(people.err(), "");

  Process programs({"--check", "--json"});
  EXPECT_EQ(programs.status(), status);
  EXPECT_THAT(programs.out(), StartsWith(status == 0 ? R"({"ready":true,"findings":[{"topic":)"
                                                     : R"({"ready":false,"findings":[{"topic":)"));
  EXPECT_EQ(lines(programs.out()), 1);
}

// No scheduler is attached for it, and it takes no root.
TEST(Command, AReportOfACheck) {
  const TempDir dir;
  const std::string file = dir.path() / "r.tar.gz";
  Process process({"--check", "--report", file, "--fifo"});
  EXPECT_THAT(process.status(), AnyOf(0, 1));
  EXPECT_THAT(process.out(), HasSubstr("sched_ext"));
  EXPECT_THAT(process.err(), HasSubstr("the report is " + file));
  EXPECT_EQ(lines(process.err()), 1);
  EXPECT_EQ(std::system(("tar xf " + file + " -C " + dir.path().native()).c_str()), 0);
  const auto folder = dir.path() / "scx_simple-report";
  const auto text = [&folder](const char* name) {
    std::ifstream in(folder / name);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_EQ(text("system.txt"), process.out());
  EXPECT_THAT(text("options.txt"), StartsWith("scx_simple --check --report=" + file + " --fifo\n"));
  EXPECT_THAT(text("options.txt"), HasSubstr("--form                     auto\n"));
  EXPECT_THAT(text("versions.txt"), HasSubstr("scx_simple " SCXX_VERSION "\n"));
  EXPECT_THAT(text("machine.scxx"), StartsWith("{\"scxx-bundle\""));
}

TEST(Command, AReportThatCannotBeWrittenIsSaidFirst) {
  Process process({"--check", "--report", "/nonexistent/r.tar.gz"});
  EXPECT_EQ(process.status(), 1);
  EXPECT_THAT(process.out(), HasSubstr("sched_ext"));
  EXPECT_THAT(process.err(),
              HasSubstr("there will be no report: cannot create /nonexistent/r.tar"));
}

// The report of a scheduler that does not start says why; the machine and all else are in it.
TEST(Command, AReportOfAStartThatWasRefused) {
  if (std::filesystem::exists("/sys/kernel/sched_ext")) GTEST_SKIP() << "this kernel has sched_ext";
  const TempDir dir;
  const std::string file = dir.path() / "r.tar.gz";
  Process process({"--report", file});
  EXPECT_EQ(process.status(), 1);
  EXPECT_THAT(process.err(), HasSubstr("has no sched_ext"));
  const std::string in_archive = "tar xOf " + file + " scx_simple-report/";
  EXPECT_EQ(std::system((in_archive + "error.txt | grep -q 'has no sched_ext'").c_str()), 0);
  EXPECT_EQ(std::system((in_archive + "log.txt | grep -q 'E .*has no sched_ext'").c_str()), 0);
  EXPECT_EQ(std::system((in_archive + "cids.txt | grep -q capacity").c_str()), 0);
}

TEST(Command, DescribesItsStatistics) {
  Process process({"--help-stats"});
  EXPECT_EQ(process.status(), 0);
  EXPECT_THAT(process.out(), HasSubstr("local"));
  EXPECT_THAT(process.out(), HasSubstr("tasks sent straight to an idle CPU"));
  EXPECT_EQ(process.err(), "");
}

// Wrong usage: status 2, what is wrong and where help is on stderr, nothing on stdout.
void expect_usage_error(const std::vector<std::string>& arguments, const std::string& about) {
  SCOPED_TRACE(::testing::PrintToString(arguments));
  Process process(arguments);
  EXPECT_EQ(process.status(), 2);
  EXPECT_THAT(process.err(), StartsWith("scx_simple: "));
  EXPECT_THAT(process.err(), HasSubstr(about));
  EXPECT_THAT(process.err(), HasSubstr("scx_simple --help"));
  EXPECT_EQ(lines(process.err()), 2);
  EXPECT_EQ(process.out(), "");
}

TEST(Command, WrongUsage) {
  expect_usage_error({"--no-such-option"}, "--no-such-option");
  expect_usage_error({"word"}, "word");
  expect_usage_error({"--run-for"}, "--run-for");
  expect_usage_error({"--run-for", "soon"}, "--run-for");
  expect_usage_error({"--log-level", "loud"}, "--log-level");
  expect_usage_error({"--form", "both"}, "--form");
  expect_usage_error({"-i", "often"}, "--stats");
  expect_usage_error({"--btf-custom-path", "/nonexistent/btf"}, "/nonexistent/btf");
  expect_usage_error({"--monitor", "1", "--run-for", "1"}, "--run-for");
  for (const char* mode : {"", "0680", "rw", "0700", "1600", "-1", "0660 "})
    expect_usage_error({"--stats-mode", mode}, "--stats-mode");
  for (const char* group : {"", "no-such-group", "-1", "1x"})
    expect_usage_error({"--stats-group", group}, "--stats-group");
  expect_usage_error({"--monitor", "1", "--stats-mode", "0660"}, "--monitor");
  expect_usage_error({"--monitor", "1", "--check"}, "--check");
  expect_usage_error({"--json"}, "--check");
  expect_usage_error({"--report-processes"}, "--report");
  expect_usage_error({"--monitor", "1", "--report", "r.tar.gz"}, "--report");
}

TEST(Command, NumbersOutOfRangeAreWrongUsage) {
  for (const char* option : {"--stats", "--monitor", "--run-for"}) {
    for (const char* value : {"0", "-1", "1e10", "nan", "inf", "0.001"})
      expect_usage_error({std::string(option) + "=" + value}, option);
  }
}

TEST(Command, WithoutSchedExtItSaysSoInOneLine) {
  if (std::filesystem::exists("/sys/kernel/sched_ext")) GTEST_SKIP() << "this kernel has sched_ext";
  Process process({});
  EXPECT_EQ(process.status(), 1);
  EXPECT_EQ(process.out(), "");
  EXPECT_EQ(lines(process.err()), 1) << process.err();
  EXPECT_THAT(process.err(), HasSubstr("has no sched_ext"));
  EXPECT_THAT(process.err(), HasSubstr("CONFIG_SCHED_CLASS_EXT"));
}

TEST(Command, AMonitorWaitsForASchedulerAndEndsOnASignal) {
  const TempDir dir;
  const std::string path = dir.path() / "stats";
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    SCOPED_TRACE(::strsignal(signal));
    Process process({"--monitor", "0.1", "--stats-path", path});
    ASSERT_TRUE(process.has_said("waiting")) << process.err();
    EXPECT_THAT(process.err(), HasSubstr(path));
    process.send(signal);
    EXPECT_EQ(process.status(), 0) << process.err();
    EXPECT_EQ(process.out(), "");
    EXPECT_EQ(lines(process.err()), 1) << process.err();
  }
}

TEST(Command, AQuietMonitorSaysNothing) {
  const TempDir dir;
  Process process({"--monitor", "0.1", "--log-level", "off", "--stats-path", dir.path() / "stats"});
  std::this_thread::sleep_for(500ms);
  process.send(SIGTERM);
  // Should the signal come before the monitor is ready for it, it ends the process all the same.
  EXPECT_THAT(process.status(), ::testing::AnyOf(0, 128 + SIGTERM));
  EXPECT_EQ(process.out() + process.err(), "");
}

TEST(Command, VerboseSaysWhatTheLogLevelWouldHide) {
  const TempDir dir;
  Process process(
      {"--monitor", "0.1", "--log-level", "off", "-v", "--stats-path", dir.path() / "stats"});
  EXPECT_TRUE(process.has_said("waiting")) << process.err();
}

}  // namespace
}  // namespace scx::test
