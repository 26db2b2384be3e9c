// SPDX-License-Identifier: GPL-2.0-only
//
// The tree: what a person sees who calls scxtopo without a view.
#pragma once

#include <string>

#include "text.h"
#include "view.h"

namespace scx::scxtopo {

// Source, CPUs, core types and cids in a few lines; then nodes, LLCs, domains, and each core as a
// column of its cids above its CPU numbers; then what is offline and the notes.
//
// Of more than 64 CPUs, units that look like the one before them are named in one line, and long
// rows of cores are cut, unless `full`: so the biggest machines fit on a few screens.
std::string tree(const View& view, const Terminal& terminal, bool full);

}  // namespace scx::scxtopo
