// SPDX-License-Identifier: GPL-2.0-only
//
// A scheduler's command line, through the program itself: --version is answered when all options
// are understood, and needs neither root nor sched_ext.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>
#include <utility>

namespace scx::test {

struct Said {
  int status = -1;
  std::string text;  // stdout and stderr
};

class Command {
 public:
  Command(std::string name, std::string file) : name_(std::move(name)), file_(std::move(file)) {}

  Said run(const std::string& arguments) const {
    Said said;
    std::FILE* pipe = ::popen((file_ + " " + arguments + " 2>&1").c_str(), "r");
    if (!pipe) return said;
    std::array<char, 4096> buffer;
    while (const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe))
      said.text.append(buffer.data(), n);
    const int status = ::pclose(pipe);
    if (WIFEXITED(status)) said.status = WEXITSTATUS(status);
    return said;
  }

  void expect_understood(const std::string& arguments) const {
    SCOPED_TRACE(arguments);
    const Said said = run(arguments + " --version");
    EXPECT_EQ(said.status, 0);
    EXPECT_THAT(said.text, ::testing::StartsWith(name_ + " "));
  }

  void expect_usage_error(const std::string& arguments, const std::string& about) const {
    SCOPED_TRACE(arguments);
    const Said said = run(arguments + " --version");
    EXPECT_EQ(said.status, 2);
    EXPECT_THAT(said.text, ::testing::HasSubstr(about));
    EXPECT_THAT(said.text, ::testing::HasSubstr("Try '" + name_ + " --help'."));
  }

 private:
  std::string name_, file_;
};

}  // namespace scx::test
