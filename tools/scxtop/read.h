// SPDX-License-Identifier: GPL-2.0-only
//
// Answers of the targets that scxtop knows by name, made into data. Whatever is missing, of another
// type or out of range counts as not told: a scheduler that answers nonsense gets an odd view and
// nothing worse.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "model.h"

namespace scx::scxtop {

using Tree = nlohmann::json;

// Null for text that is no JSON, or deeper than stats::kMaxJsonDepth.
Tree parse(const stats::Json& json);

// One number; none for anything else.
std::optional<double> number_in(const Tree& value);

// None where the answer has not even the list that the target is about.
std::optional<Machine> read_machine(const Tree& answer);
std::optional<Cids> read_cids(const Tree& answer);
std::optional<Latency> read_latency(const Tree& answer);
// Of a task that was sampled more than once the last sample.
std::optional<std::vector<Task>> read_tasks(const Tree& answer);

}  // namespace scx::scxtop
