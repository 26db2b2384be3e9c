// SPDX-License-Identifier: GPL-2.0-only
#include "compare.h"

#include <fmt/core.h>

#include "expected_cids.h"
#include "probe.skel.h"
#include "scx/framework/kernel.h"
#include "scx/framework/object.h"
#include "scx/framework/preflight.h"

namespace scx::scxtopo {
namespace {

// What the kernel said, of the cids that it and we have.
struct Read {
  std::vector<probe_cid> cids;
  // A kernel that knows no units has had a numbering installed.
  bool installed() const { return !cids.empty() && cids.front().core_cid == -1; }
};

template <typename Phase>
Result<Read> read(Phase& phase) {
  SCX_TRY(phase.run(phase.skeleton().progs.probe_read));
  const auto cids = phase.template per_unit<probe_cid>("probe_cid");
  Read read{{cids.begin(), cids.end()}};
  read.cids.resize(phase.arena().nr_cids);
  return read;
}

Result<Loaded<probe_bpf>> load(const Machine& machine, std::optional<Form> form) {
  auto opened = SCX_TRY(Opened<probe_bpf>::open());
  return std::move(opened).load(machine, {.form = form, .ops_name = "scxtopo", .btf_path = {}});
}

// Of the kernel while the probe is its scheduler.
Result<Read> read_attached(const Machine& machine, Form form) {
  auto loaded = SCX_TRY(load(machine, form));
  auto attached = SCX_TRY(std::move(loaded).attach());
  auto cids = SCX_TRY(read(attached));
  if (const auto exit = attached.ended())
    return fail(ErrorKind::rejected, "the kernel ended scxtopo's probe: " + exit->summary());
  return cids;
}

Comparison compare(const Read& kernel, const Machine& machine, std::string_view who) {
  const bool installed = kernel.installed();
  const auto expected = installed ? installed_cids(machine) : kernel_default_cids(machine);
  if (const auto difference = first_difference(kernel.cids, expected))
    return {false, fmt::format("{}: {}\n", who, *difference)};
  const auto has_shards = [](const std::vector<probe_cid>& cids) {
    return !cids.empty() && cids.front().shard_cid != -1;
  };
  return {true, fmt::format("{}: the same {} cids (CPUs{}{})\n", who, kernel.cids.size(),
                            installed ? "" : ", cores, LLCs, nodes",
                            has_shards(kernel.cids) && has_shards(expected) ? ", shards" : "")};
}

}  // namespace

Result<Comparison> compare_kernel(const Machine& machine) {
  if (const auto ready = preflight(); !ready && ready.error().kind != ErrorKind::busy)
    return std::unexpected(ready.error());
  const KernelBtf btf = SCX_TRY(KernelBtf::load());
  if (!btf.has_function("scx_bpf_cid_topo"))
    return fail(ErrorKind::unsupported, fmt::format("kernel {} has no cids", kernel_release()),
                "compare on a kernel from 7.2 on");
  const SchedExtState state = read_sched_ext();
  if (!state.ops.empty()) {
    auto loaded = SCX_TRY(load(machine, Form::cpu));
    const Read kernel = SCX_TRY(read(loaded));
    if (kernel.cids.empty() || kernel.cids.front().cpu < 0)
      return fail(ErrorKind::unsupported,
                  fmt::format("{} takes sub-schedulers, and kernel {} answers about the cids of such "
                              "a scheduler to its own programs only",
                              state.ops, kernel_release()),
                  "end it, and compare then");
    const char* whose = kernel.installed() ? "installed by " : "the kernel's own numbering, under ";
    return compare(kernel, machine, whose + state.ops);
  }
  Comparison by_default =
      compare(SCX_TRY(read_attached(machine, Form::cpu)), machine, "the kernel's own numbering");
  if (!by_default.same || machine.cids.equals_kernel_default()) return by_default;
  const Comparison ours =
      compare(SCX_TRY(read_attached(machine, Form::cid)), machine, "ours, installed");
  return Comparison{ours.same, by_default.text + ours.text};
}

}  // namespace scx::scxtopo
