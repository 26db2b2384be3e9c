// SPDX-License-Identifier: GPL-2.0-only
//
// scx_hooked: see hooked.bpf.c. Says on stderr which of its programs the kernel has a place for.
#include <fmt/core.h>
#include <linux/capability.h>
#include <scx/framework/app.h>

#include "hooked.skel.h"

struct Seen {
  std::uint64_t exec = 0, exec_ctx = 0, seen_by_ops = 0, kicked = 0, exit = 0, fork = 0, told = 0;
  std::uint64_t waits = 0;
};
SCX_METRICS(Seen, "what the programs beside the ops saw", counter(&Seen::exec, "exec", "execs"),
            counter(&Seen::exec_ctx, "exec_ctx", "execs of a task with a context"),
            counter(&Seen::seen_by_ops, "seen_by_ops", "execs that the ops learnt of"),
            counter(&Seen::kicked, "kicked", "cids kicked at an exec"),
            counter(&Seen::exit, "exit", "ends of processes with a context"),
            counter(&Seen::fork, "fork", "forks"),
            counter(&Seen::told, "told", "stops since the command's first word"),
            counter(&Seen::waits, "waits", "what BPF has counted for the target latency"));

template <typename Attached>
std::uint64_t count_waits(const Attached& attached) {
  std::uint64_t sum = 0;
  for (const scx_latency& cid : attached.template per_unit<scx_latency>("scx_latency"))
    for (const std::uint64_t count : cid.count) sum += count;
  return sum;
}

int main(int argc, char** argv) {
  std::uint64_t restart_at = 0;
  std::uint64_t turns = 0;
  scx::App<hooked_bpf, Seen> app{"scx_hooked", "A scheduler with programs beside its ops"};
  app.keep_capability(CAP_SYS_ADMIN);  // Debian's kernels want it for tracepoints
  app.option("--restart-at", restart_at, "start again at this turn of the periodic work");
  app.configure([](auto& opened) {
    auto& progs = opened.skeleton().progs;
    for (bpf_program* program : {progs.hooked_exec, progs.hooked_exit, progs.hooked_fork,
                                 progs.hooked_nothing, progs.hooked_notrace})
      fmt::print(stderr, "{}: {}\n", bpf_program__name(program),
                 opened.enable(program) ? "enabled" : "not here");
  });
  app.every(std::chrono::milliseconds(100), [&](auto& attached) {
    attached.arena().told = 1;
    return ++turns == restart_at ? scx::Tick::restart : scx::Tick::go_on;
  });
  app.sample([](const auto& attached) {
    const auto& a = attached.arena();
    return Seen{a.nr_exec, a.nr_exec_ctx, a.nr_seen_by_ops, a.nr_kicked,
                a.nr_exit, a.nr_fork,     a.nr_told,        count_waits(attached)};
  });
  return app.main(argc, argv);
}
