// SPDX-License-Identifier: GPL-2.0-only
//
// The whole view as lines, for the screen and for --once. No line is longer than it may be, at any
// size; nothing in here knows a terminal.
#pragma once

#include <cstddef>

#include "line.h"
#include "model.h"
#include "view.h"

namespace scx::scxtop {

struct Size {
  std::size_t rows = 24, columns = 80;
};

struct Frame {
  Lines lines;  // at most size.rows
  Extent extent;
};

// What the screen shows: two lines of heading, as much of the body as there is room for from
// view.scroll on, and a line of what somebody can do or should know.
Frame draw(const Model& model, const View& view, Size size);

// All of it below each other, for a file or a pipe.
Lines draw_whole(const Model& model, const View& view, std::size_t columns);

}  // namespace scx::scxtop
