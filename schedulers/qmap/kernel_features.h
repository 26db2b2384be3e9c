// SPDX-License-Identifier: GPL-2.0-only
//
// Which option needs what of the kernel. A kernel that lacks it is told of by name before anything
// is loaded; without that an option could be given and quietly do nothing.
#pragma once

#include <scx/base/result.h>
#include <scx/framework/kernel.h>

#include <cstdint>

#include "options.h"

namespace qmap {

// Errors: unsupported, naming the first option that was given and that this kernel cannot do, and
// which kernels can.
scx::Status check_kernel(const Options& options, const scx::KernelBtf& kernel);

// Values that are the kernel's to choose.
struct KernelValues {
  std::uint64_t always_immed = 0;        // flag of an ops table; 0 where the kernel has none
  std::uint32_t no_rescue = UINT32_MAX;  // rescue_bandwidth_ppt for none
};
KernelValues read_values(const scx::KernelBtf& kernel);

}  // namespace qmap
