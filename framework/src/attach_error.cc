// SPDX-License-Identifier: GPL-2.0-only
#include "attach_error.h"

#include <fmt/core.h>

#include <cerrno>

#include "scx/framework/kernel.h"

namespace scx {
namespace {

// Since 7.1: scx_sub_enable_workfn() and find_parent_sched() (kernel/sched/ext.c, from 7.3 on
// kernel/sched/ext/sub.c). What they find out later, they report as the scheduler's end.
Error explain_sub(int err, std::uint64_t cgroup) {
  switch (err) {
    case ENODEV:
      return {ErrorKind::missing,
              0,
              "no scheduler is attached that this one could be a part of",
              "start one that takes sub-schedulers first",
              {}};
    case ENOENT:
      return {ErrorKind::missing,
              0,
              fmt::format("there is no cgroup {} any more", cgroup),
              "make it again",
              {}};
    case EBUSY:
      return {ErrorKind::busy,
              0,
              fmt::format("cgroup {}, or one below it, has a scheduler of its own already", cgroup),
              "end that one first, or choose another cgroup",
              {}};
    case EOPNOTSUPP:
      return {ErrorKind::unsupported,
              0,
              fmt::format("the scheduler above cgroup {} takes no sub-schedulers", cgroup),
              "start one there that does",
              {}};
    default:
      return fail_errno(
                 err, fmt::format("the kernel does not attach the scheduler of cgroup {}", cgroup),
                 "the kernel's log (dmesg) says why")
          .error();
  }
}

}  // namespace

Error explain_attach(int err, std::uint64_t sub_cgroup_id) {
  if (sub_cgroup_id != 0) return explain_sub(err, sub_cgroup_id);
  std::string what = "the kernel does not attach the scheduler", cure;
  if (err == EBUSY) {
    what = fmt::format("another scheduler is attached: {}", read_sched_ext().ops);
    cure = "end it first";
  } else if (err == EINVAL || err == EOPNOTSUPP) {
    cure = "the kernel's log (dmesg) says why";
  }
  return fail_errno(err, std::move(what), std::move(cure)).error();
}

}  // namespace scx
