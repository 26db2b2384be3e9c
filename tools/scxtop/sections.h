// SPDX-License-Identifier: GPL-2.0-only
//
// The sections below the CPUs: each made of its part of the model, in at most so many columns.
// Empty where there is nothing to show.
#pragma once

#include <cstddef>

#include "line.h"
#include "model.h"
#include "view.h"

namespace scx::scxtop {

// The values of the target top, in columns.
Lines draw_rates(const Model& model, std::size_t columns);
// Domains, and what top has in tables: queues, for one.
Lines draw_loads(const Model& model, std::size_t columns);
Lines draw_latency(const Model& model, std::size_t columns);
// At most `most` tasks.
Lines draw_tasks(const Model& model, Order order, std::size_t columns, std::size_t most);

}  // namespace scx::scxtop
