// SPDX-License-Identifier: GPL-2.0-only
//
// The system's power profile, as power-profiles-daemon or tuned says it over D-Bus. In a build
// without libsystemd there is never one, and why_no_profile says so.
#pragma once

#include <memory>
#include <string>

#include "power_mode.h"

namespace lavd {

// Keeps a connection to the bus and asks again only when a service said that something changed, so
// that a poll costs a look at a socket. Starts no service. One thread at a time.
//
//   PowerBus bus;
//   PowerReadings readings = bus.poll();   // its policies are empty
class PowerBus {
 public:
  // `address` as D-Bus writes it ("unix:path=…"); empty: the system's bus.
  explicit PowerBus(std::string address = {});
  ~PowerBus();
  PowerBus(const PowerBus&) = delete;
  PowerBus& operator=(const PowerBus&) = delete;

  // The profile, or why there is none. Takes at most about a second, where a service hangs.
  PowerReadings poll();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lavd
