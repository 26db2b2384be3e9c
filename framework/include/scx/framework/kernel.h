// SPDX-License-Identifier: GPL-2.0-only
//
// What the running kernel offers: its types and functions as its BTF lists them, and the state of
// sched_ext as sysfs shows it. Version numbers decide nothing: distributions move features between
// them.
//
//   KernelBtf btf = SCX_TRY(KernelBtf::load());
//   if (btf.has_struct("sched_ext_ops_cid")) …
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scx/base/result.h"

struct btf;

namespace scx {

// Immutable after load(); any thread may ask.
class KernelBtf {
 public:
  // From `path`, or from where the kernel keeps it (/sys/kernel/btf/vmlinux).
  // Errors: missing (the kernel was built without CONFIG_DEBUG_INFO_BTF), permission, invalid.
  static Result<KernelBtf> load(const std::string& path = {});

  bool has_struct(const std::string& name) const;
  bool has_function(const std::string& name) const;  // kfuncs among them
  // What a tracing program hooks to, by the section that declares it, as far as the types tell:
  // the id of the function of fentry/NAME and fexit/NAME, that of the typedef btf_trace_NAME of
  // tp_btf/NAME. Nothing for any other section.
  std::optional<std::uint32_t> hook_id(std::string_view section) const;
  // Size of a struct's member in bytes; nothing where struct or member is not there.
  std::optional<std::uint32_t> member_size(const std::string& type,
                                           const std::string& member) const;
  bool has_member(const std::string& type, const std::string& member) const;
  // The members of a struct, in its order; none where it is not there.
  std::vector<std::string> members(const std::string& type) const;
  // The functions whose names begin so, by name, each once.
  std::vector<std::string> functions(std::string_view prefix) const;
  // The value of an enumerator, whatever the enum's size.
  std::optional<std::uint64_t> enum_value(const std::string& type, const std::string& name) const;

  // Kfuncs whose prototype here cannot be right: those with an implicit argument stand twice in a
  // sound kernel's BTF, as NAME and NAME_impl (7.1 on). Empty on a sound kernel.
  std::vector<std::string> broken_kfuncs() const;

 private:
  struct Free {
    void operator()(btf* btf) const;
  };
  explicit KernelBtf(btf* btf) : btf_(btf) {}
  std::unique_ptr<btf, Free> btf_;
};

// Why no scheduler that calls `named`, one of these kfuncs, runs on this build of the kernel.
Error explain_broken_kfuncs(const std::vector<std::string>& broken, const std::string& named);

// /sys/kernel/sched_ext below `root`.
struct SchedExtState {
  bool present = false;  // the kernel has sched_ext
  std::string state;     // "enabled", "disabled", "enabling", …
  std::string ops;       // name of the attached scheduler; empty where none is
  std::uint64_t hotplug_seq = 0;
};
SchedExtState read_sched_ext(const std::filesystem::path& root = "/");

// "6.18.15-cloud-amd64", as uname has it.
std::string kernel_release();

}  // namespace scx
