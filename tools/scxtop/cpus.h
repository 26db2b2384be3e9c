// SPDX-License-Identifier: GPL-2.0-only
//
// The section of the CPUs: a character a cid, by how busy it was, where the machine has it: nodes,
// last-level caches (LLCs), core types (tiers), the threads of a core side by side. Above 1,024
// cids a character stands for a core.
#pragma once

#include <cstddef>

#include "line.h"
#include "model.h"

namespace scx::scxtop {

// How busy, as one character and its style: '·' idle, '▁' to '█', '×' offline, '?' not told.
struct Cell {
  const char* character;
  Style style;
};
Cell cell_of(double percent);
// Of a load that stands as a number.
Style style_of(double percent);

// The mean of those online; negative where none is.
double mean_util(const Cids& cids);

Lines draw_cpus(const Model& model, std::size_t columns);

}  // namespace scx::scxtop
