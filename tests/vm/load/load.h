// SPDX-License-Identifier: GPL-2.0-only
//
// guest_load's commands. Each takes its arguments, says on stdout what it saw, and returns the exit
// status: 0, or 1 when what it checks does not hold. Wrong arguments end it with status 2.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace load {

using Arguments = std::span<const std::string>;

int spin(Arguments arguments);
int ext(Arguments arguments);
int shares(Arguments arguments);
int renice(Arguments arguments);
int affinity(Arguments arguments);
int fill(Arguments arguments);
int cookies(Arguments arguments);
int values(Arguments arguments);
int starve(Arguments arguments);
int chain(Arguments arguments);
int policies(Arguments arguments);
int preempted(Arguments arguments);
int duty(Arguments arguments);
int visits(Arguments arguments);
int sleepers(Arguments arguments);
int suspend(Arguments arguments);

// Ends the program with status 2 and `complaint` on stderr.
[[noreturn]] void wrong_usage(const std::string& complaint);
// Ends it with status 1 and errno's text.
[[noreturn]] void system_error(const std::string& what);

int number(const std::string& text);
// Takes `word` out of the arguments if it is the first of them.
bool take(Arguments& arguments, std::string_view word);

}  // namespace load
