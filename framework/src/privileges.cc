// SPDX-License-Identifier: GPL-2.0-only
#include "privileges.h"

#include <fmt/core.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace scx {
namespace {

// Each set in two halves, the lower one first (_LINUX_CAPABILITY_VERSION_3).
using Sets = std::array<__user_cap_data_struct, 2>;

Result<Sets> get() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  Sets sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0)
    return fail_errno(errno, "cannot read this process's capabilities");
  return sets;
}

Status set(Capabilities both) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  Sets sets{};
  for (Sets::value_type& half : sets) {
    half.effective = half.permitted = static_cast<__u32>(both);
    both >>= 32;
  }
  if (::syscall(SYS_capset, &header, sets.data()) != 0)
    return fail_errno(errno, "cannot give up capabilities");
  return {};
}

// Requires CAP_SETPCAP; whoever lacks it cannot make this set smaller, and no_new_privs keeps other
// programs from its use.
void bound(Capabilities keep) {
  for (int number = 0; ::prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; ++number)
    if ((keep & capability(number)) == 0) ::prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
}

}  // namespace

Capabilities to_load(Capabilities permitted) {
  constexpr Capabilities both = capability(CAP_BPF) | capability(CAP_PERFMON);
  return permitted & ((permitted & both) == both ? both : both | capability(CAP_SYS_ADMIN));
}

Result<Capabilities> renounce_privileges(Capabilities besides) {
  const Sets sets = SCX_TRY(get());
  const Capabilities permitted = sets[0].permitted | Capabilities{sets[1].permitted} << 32;
  const Capabilities keep = to_load(permitted) | (besides & permitted);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return fail_errno(errno, "cannot renounce new privileges");
  bound(keep);
  // With the inheritable set the ambient one becomes empty.
  SCX_TRY(set(keep));
  return keep;
}

std::string names(Capabilities set) {
  constexpr std::pair<int, const char*> kKnown[] = {
      {CAP_CHOWN, "CAP_CHOWN"},         {CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE"},
      {CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}, {CAP_SYSLOG, "CAP_SYSLOG"},
      {CAP_PERFMON, "CAP_PERFMON"},     {CAP_BPF, "CAP_BPF"},
  };
  std::string text;
  const auto add = [&text](std::string_view name) {
    if (!text.empty()) text += ", ";
    text += name;
  };
  for (const auto& [number, name] : kKnown) {
    if (set & capability(number)) add(name);
    set &= ~capability(number);
  }
  for (int number = 0; number < 64; ++number)
    if (set & capability(number)) add(fmt::format("capability {}", number));
  return text.empty() ? "none" : text;
}

}  // namespace scx
