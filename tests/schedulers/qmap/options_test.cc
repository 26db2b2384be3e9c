// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace qmap::test {
namespace {

using ::testing::HasSubstr;

// Options with one of the texts given.
Options with(std::string Options::*text, std::string value, Options options = {}) {
  options.*text = std::move(value);
  return options;
}

void expect_usage_error(const Options& options, const std::string& about) {
  const auto settings = understand(options);
  ASSERT_FALSE(settings) << about;
  EXPECT_EQ(settings.error().kind, scx::ErrorKind::usage);
  EXPECT_THAT(settings.error().message(), HasSubstr(about));
}

TEST(QmapOptions, WhatWasNotGivenIsLeftToTheKernelAndThePolicy) {
  const auto settings = understand({});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->disallow_tgid, 0);
  EXPECT_EQ(settings->rotate_ms, 200U);
  EXPECT_EQ(settings->rescue_ppt, std::nullopt);
  EXPECT_EQ(settings->rescue_quantum_us, std::nullopt);
  EXPECT_EQ(settings->cid_override, CidOverride::none);
  EXPECT_EQ(settings->inject, std::uint32_t{QMAP_INJECT_NOTHING});
}

TEST(QmapOptions, NumbersWithTheirLimits) {
  EXPECT_EQ(understand(with(&Options::rotate_ms, "10"))->rotate_ms, 10U);
  EXPECT_EQ(understand(with(&Options::rotate_ms, "100000"))->rotate_ms, 100'000U);
  EXPECT_EQ(understand(with(&Options::rescue_ppt, "0"))->rescue_ppt, 0U);
  EXPECT_EQ(understand(with(&Options::rescue_ppt, "250"))->rescue_ppt, 250U);
  EXPECT_EQ(understand(with(&Options::rescue_quantum_us, "1000"))->rescue_quantum_us, 1000U);
  EXPECT_EQ(understand(with(&Options::rescue_quantum_us, "100000"))->rescue_quantum_us, 100'000U);

  for (const char* text : {"9", "100001", "-10", "10ms", "1e2", " 20", "99999999999999999999"})
    expect_usage_error(with(&Options::rotate_ms, text), "--rotate-ms: '");
  for (const char* text : {"251", "4294967295", "-1", "x"})
    expect_usage_error(with(&Options::rescue_ppt, text), "no whole number from 0 to 250");
  for (const char* text : {"999", "100001", "0"})
    expect_usage_error(with(&Options::rescue_quantum_us, text), "--rescue-quantum-us: '");
}

TEST(QmapOptions, Modes) {
  const auto override_of = [](const char* text) {
    return understand(with(&Options::cid_override, text))->cid_override;
  };
  EXPECT_EQ(override_of("shuffle"), CidOverride::shuffle);
  EXPECT_EQ(override_of("bad-dup"), CidOverride::bad_dup);
  EXPECT_EQ(override_of("bad-range"), CidOverride::bad_range);
  EXPECT_EQ(override_of("bad-mono"), CidOverride::bad_mono);
  const auto fault_of = [](const char* text) {
    return understand(with(&Options::inject, text))->inject;
  };
  EXPECT_EQ(fault_of("wrong-cid"), std::uint32_t{QMAP_INJECT_WRONG_CID});
  EXPECT_EQ(fault_of("init-fail"), std::uint32_t{QMAP_INJECT_INIT_FAIL});
  EXPECT_EQ(fault_of("cgrp-init-fail"), std::uint32_t{QMAP_INJECT_CGROUP_INIT_FAIL});

  expect_usage_error(with(&Options::cid_override, "bad"),
                     "'bad' is none of shuffle, bad-dup, bad-range, bad-mono");
  expect_usage_error(with(&Options::inject, "init"),
                     "'init' is none of wrong-cid, init-fail, cgrp-init-fail");
}

TEST(QmapOptions, DisallowTakesAPidOrThisProcess) {
  EXPECT_EQ(understand(with(&Options::disallow, "-1"))->disallow_tgid, ::getpid());
  EXPECT_EQ(understand(with(&Options::disallow, "4194304"))->disallow_tgid, 4'194'304);
  for (const char* text : {"0", "-2", "4194305", "init"})
    expect_usage_error(with(&Options::disallow, text), "--disallow: '");
}

TEST(QmapOptions, WhatIsForTheRootDoesNotGoWithACgroup) {
  Options sub = with(&Options::cgroup, "/sys/fs/cgroup/a");
  sub.always_immed = true;
  EXPECT_TRUE(understand(with(&Options::rotate_ms, "100", sub)));

  const std::pair<std::string Options::*, const char*> root_only[] = {
      {&Options::disallow, "-1"},
      {&Options::cid_override, "shuffle"},
      {&Options::rescue_ppt, "20"},
      {&Options::rescue_quantum_us, "1000"}};
  for (const auto& [text, value] : root_only) {
    EXPECT_TRUE(understand(with(text, value)));
    expect_usage_error(with(text, value, sub), "--cgroup makes this one a sub-scheduler");
  }
  sub.partial = true;
  expect_usage_error(sub, "--partial is for the root's scheduler");
}

}  // namespace
}  // namespace qmap::test
