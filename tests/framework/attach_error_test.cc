// SPDX-License-Identifier: GPL-2.0-only
#include "attach_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace scx::test {
namespace {

using ::testing::HasSubstr;

TEST(ExplainAttach, ARootSchedulerWhereThereIsOne) {
  const Error error = explain_attach(EBUSY, 0);
  EXPECT_EQ(error.kind, ErrorKind::busy);
  EXPECT_THAT(error.message(), HasSubstr("another scheduler is attached"));
}

TEST(ExplainAttach, EachRefusalOfASubSchedulerHasItsCauseAndCure) {
  const struct {
    int err;
    ErrorKind kind;
    const char *what, *cure;
  } cases[] = {
      {ENODEV, ErrorKind::missing, "no scheduler is attached", "start one"},
      {ENOENT, ErrorKind::missing, "no cgroup 77", "make it"},
      {EBUSY, ErrorKind::busy, "cgroup 77, or one below it, has a scheduler", "end that one"},
      {EOPNOTSUPP, ErrorKind::unsupported, "takes no sub-schedulers", "that does"},
      {EINVAL, ErrorKind::io, "cgroup 77: Invalid argument", "dmesg"},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.err);
    const Error error = explain_attach(one.err, 77);
    EXPECT_EQ(error.kind, one.kind);
    EXPECT_THAT(error.message(), HasSubstr(one.what));
    EXPECT_THAT(error.cure, HasSubstr(one.cure));
  }
}

}  // namespace
}  // namespace scx::test
