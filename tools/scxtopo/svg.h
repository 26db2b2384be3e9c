// SPDX-License-Identifier: GPL-2.0-only
//
// --svg: the picture of a machine as an SVG document.
#pragma once

#include <string>

#include "layout.h"
#include "view.h"

namespace scx::scxtopo {

// One document, text as text: whoever shows it brings the font. Deterministic.
std::string to_svg(const Picture& picture);

inline std::string draw(const View& view) { return to_svg(lay_out(view)); }

}  // namespace scx::scxtopo
