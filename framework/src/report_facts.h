// SPDX-License-Identifier: GPL-2.0-only
//
// What a report says of the programs and of the kernel, a text each. Nothing here identifies the
// machine or its users: no host name, none of the command line of the kernel but what schedulers
// see the effect of.
#pragma once

#include <filesystem>
#include <string>

namespace scx {

// `scheduler` as "scx_simple 0.1.0"; `clang` is the version that compiled its BPF side.
std::string versions_text(const std::string& scheduler, const std::string& clang);

// Release and build of the running kernel; of its state what /sys/kernel/sched_ext, /proc/sys and
// /proc/cmdline below `root` tell.
std::string kernel_text(const std::filesystem::path& root = "/");

// The options that matter to schedulers, each with its value or "is not set".
std::string kernel_config_text(const std::filesystem::path& root = "/");

// What of sched_ext the kernel's type information describes. `btf_path` as for KernelBtf::load().
std::string btf_text(const std::string& btf_path = {});

}  // namespace scx
