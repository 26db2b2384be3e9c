// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_features.h"

#include <fmt/core.h>

#include <string_view>

namespace qmap {
namespace {

using scx::KernelBtf;

struct Feature {
  std::string_view option;
  std::string_view what;
  std::string_view kernels;  // those that have it
  bool (*given)(const Options&);
  bool (*has)(const KernelBtf&);
};

bool has_caps(const KernelBtf& kernel) { return kernel.has_function("scx_bpf_sub_grant"); }
bool has_rescue(const KernelBtf& kernel) {
  return kernel.has_member("sched_ext_ops", "rescue_bandwidth_ppt");
}
bool has_cgroups(const KernelBtf& kernel) {
  return kernel.has_member("sched_ext_ops", "cgroup_init");
}

constexpr std::string_view kFrom71 = "kernels from 7.1 on can";
constexpr std::string_view kFrom72 = "kernels from 7.2 on can";
constexpr std::string_view kFrom73 = "kernels from 7.3 on can";

constexpr Feature kFeatures[] = {
    {"-I (--always-immed)", "tasks that must run at once", kFrom71,
     [](const Options& o) { return o.always_immed; },
     [](const KernelBtf& k) { return read_values(k).always_immed != 0; }},
    {"-F (--immed-stress)", "tasks that must run at once", kFrom71,
     [](const Options& o) { return o.immed_nth != 0; },
     [](const KernelBtf& k) { return k.enum_value("scx_enq_flags", "SCX_ENQ_IMMED").has_value(); }},
    {"-c (--cgroup)", "sub-schedulers",
     "kernels from 7.1 on can, built with CONFIG_EXT_SUB_SCHED=y",
     [](const Options& o) { return !o.cgroup.empty(); },
     [](const KernelBtf& k) {
       return k.has_member("sched_ext_ops", "sub_cgroup_id") &&
              k.has_function("scx_bpf_sub_dispatch");
     }},
    {"-R (--rotate-ms)", "cids that sub-schedulers share in time", kFrom73,
     [](const Options& o) { return !o.rotate_ms.empty(); }, has_caps},
    {"-J wrong-cid (--inject)", "cids that a scheduler does not hold", kFrom73,
     [](const Options& o) { return o.inject == "wrong-cid"; }, has_caps},
    {"-B (--rescue-ppt)", "rescue of stranded tasks", kFrom73,
     [](const Options& o) { return !o.rescue_ppt.empty(); }, has_rescue},
    {"-q (--rescue-quantum-us)", "rescue of stranded tasks", kFrom73,
     [](const Options& o) { return !o.rescue_quantum_us.empty(); }, has_rescue},
    {"-C (--cid-override)", "a numbering of cids other than its own", kFrom72,
     [](const Options& o) { return !o.cid_override.empty(); },
     [](const KernelBtf& k) { return k.has_function("scx_bpf_cid_override"); }},
    {"-C bad-mono (--cid-override)", "shards that a scheduler lays out", kFrom73,
     [](const Options& o) { return o.cid_override == "bad-mono"; },
     [](const KernelBtf& k) { return k.has_member("sched_ext_ops_cid", "init_cids"); }},
    {"-J cgrp-init-fail (--inject)", "schedulers that are asked about cgroups",
     "kernels built with CONFIG_EXT_GROUP_SCHED=y can",
     [](const Options& o) { return o.inject == "cgrp-init-fail"; }, has_cgroups},
};

}  // namespace

scx::Status check_kernel(const Options& options, const KernelBtf& kernel) {
  for (const Feature& feature : kFeatures) {
    if (feature.given(options) && !feature.has(kernel))
      return scx::fail(scx::ErrorKind::unsupported,
                       fmt::format("kernel {} cannot do {}: {}", scx::kernel_release(),
                                   feature.option, feature.what),
                       std::string(feature.kernels));
  }
  return {};
}

KernelValues read_values(const KernelBtf& kernel) {
  KernelValues values;
  values.always_immed = kernel.enum_value("scx_ops_flags", "SCX_OPS_ALWAYS_ENQ_IMMED").value_or(0);
  if (const auto none = kernel.enum_value("scx_consts", "SCX_RESCUE_DISABLE"))
    values.no_rescue = static_cast<std::uint32_t>(*none);
  return values;
}

}  // namespace qmap
