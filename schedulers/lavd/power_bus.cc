// SPDX-License-Identifier: GPL-2.0-only
#include "power_bus.h"

#include <fmt/core.h>
#include <systemd/sd-bus.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <expected>
#include <utility>

namespace lavd {
namespace {

constexpr std::uint64_t kAnswerUs = 250'000;
// A bus that could not be reached is tried again at every so manieth poll.
constexpr int kPollsBetweenTries = 10;

// Where D-Bus's own specification has it.
std::string system_bus() {
  const char* given = ::secure_getenv("DBUS_SYSTEM_BUS_ADDRESS");
  return given ? given : "unix:path=/run/dbus/system_bus_socket";
}

struct CloseBus {
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;

struct FreeMessage {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, FreeMessage>;

// A service under one of its names. tuned has a call of its own, the others a property; tuned's own
// stand-in for power-profiles-daemon has that one's names.
struct Service {
  PowerProfile::Service service;
  const char* name;
  const char* path;
  const char* interface;
  bool has_property;
};

constexpr Service kServices[] = {
    {PowerProfile::Service::power_profiles_daemon, "org.freedesktop.UPower.PowerProfiles",
     "/org/freedesktop/UPower/PowerProfiles", "org.freedesktop.UPower.PowerProfiles", true},
    {PowerProfile::Service::power_profiles_daemon, "net.hadess.PowerProfiles",
     "/net/hadess/PowerProfiles", "net.hadess.PowerProfiles", true},
    {PowerProfile::Service::tuned, "com.redhat.tuned", "/Tuned", "com.redhat.tuned.control", false},
};

// Errors are positive errno.
using Answer = std::expected<std::string, int>;

Answer ask(sd_bus* bus, const Service& service) {
  sd_bus_message* made = nullptr;
  const char* interface =
      service.has_property ? "org.freedesktop.DBus.Properties" : service.interface;
  int err = sd_bus_message_new_method_call(bus, &made, service.name, service.path, interface,
                                           service.has_property ? "Get" : "active_profile");
  const Message request(made);
  // A profile that nobody manages is none: the bus shall not start a service for us.
  if (err >= 0) err = sd_bus_message_set_auto_start(request.get(), 0);
  if (err >= 0 && service.has_property)
    err = sd_bus_message_append(request.get(), "ss", service.interface, "ActiveProfile");
  if (err < 0) return std::unexpected(-err);
  sd_bus_message* got = nullptr;
  err = sd_bus_call(bus, request.get(), kAnswerUs, nullptr, &got);
  if (err < 0) return std::unexpected(-err);
  const Message answer(got);
  const char* profile = nullptr;
  err = service.has_property ? sd_bus_message_read(answer.get(), "v", "s", &profile)
                             : sd_bus_message_read(answer.get(), "s", &profile);
  if (err < 0) return std::unexpected(-err);
  return std::string(profile);
}

}  // namespace

struct PowerBus::Impl {
  explicit Impl(std::string at) : address(std::move(at)) {}

  std::string address;
  Bus bus;
  bool changed = true;  // something may have, since `known` was asked for
  int polls_to_wait = 0;
  PowerReadings known;

  int open();
  int wait_until_ready();
  int listen();
  int take_signals();
  PowerReadings ask_all();
};

PowerBus::PowerBus(std::string address)
    : impl_(std::make_unique<Impl>(address.empty() ? system_bus() : std::move(address))) {}
PowerBus::~PowerBus() = default;

// Left to itself the library waits for minutes where a bus takes the connection and says nothing.
int PowerBus::Impl::open() {
  sd_bus* made = nullptr;
  int err = sd_bus_new(&made);
  bus.reset(made);
  if (err >= 0) err = sd_bus_set_address(made, address.c_str());
  if (err >= 0) err = sd_bus_set_bus_client(made, 1);
  if (err >= 0) err = sd_bus_set_method_call_timeout(made, kAnswerUs);
  if (err >= 0) err = sd_bus_start(made);
  if (err >= 0) err = wait_until_ready();
  return err < 0 ? err : listen();
}

int PowerBus::Impl::wait_until_ready() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(kAnswerUs);
  while (sd_bus_is_ready(bus.get()) == 0) {
    int err = sd_bus_process(bus.get(), nullptr);
    if (err == 0) err = sd_bus_wait(bus.get(), kAnswerUs / 10);
    if (err < 0) return err;
    if (std::chrono::steady_clock::now() > end) return -ETIMEDOUT;
  }
  return 0;
}

// A service that comes, goes or changes its profile.
int PowerBus::Impl::listen() {
  const auto note = [](sd_bus_message*, void* self, sd_bus_error*) {
    static_cast<Impl*>(self)->changed = true;
    return 0;
  };
  for (const Service& service : kServices) {
    const std::string owner = fmt::format(
        "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{}'",
        service.name);
    const std::string change =
        service.has_property
            ? fmt::format("type='signal',path='{}',interface='org.freedesktop.DBus.Properties'",
                          service.path)
            : fmt::format("type='signal',path='{}',interface='{}'", service.path,
                          service.interface);
    for (const auto& match : {owner, change})
      if (const int err = sd_bus_add_match(bus.get(), nullptr, match.c_str(), note, this); err < 0)
        return err;
  }
  return 0;
}

int PowerBus::Impl::take_signals() {
  for (;;)
    if (const int err = sd_bus_process(bus.get(), nullptr); err <= 0) return err;
}

PowerReadings PowerBus::Impl::ask_all() {
  std::string why = "D-Bus: neither power-profiles-daemon nor tuned runs";
  for (const Service& service : kServices) {
    const Answer answer = ask(bus.get(), service);
    if (answer && !answer->empty())
      return {
          .profile = PowerProfile{service.service, *answer}, .why_no_profile = {}, .policies = {}};
    // Without the name's owner the answer is EHOSTUNREACH, or ENXIO where the bus may not start it.
    if (!answer && answer.error() != EHOSTUNREACH && answer.error() != ENXIO) {
      why =
          fmt::format("D-Bus: {} does not answer: {}", service.name, std::strerror(answer.error()));
      changed = true;
    }
  }
  return {.profile = {}, .why_no_profile = why, .policies = {}};
}

PowerReadings PowerBus::poll() {
  Impl& me = *impl_;
  if (!me.bus && me.polls_to_wait-- > 0) return me.known;
  int err = me.bus ? 0 : me.open();
  if (err >= 0) err = me.take_signals();
  if (err < 0) {
    me.bus.reset();
    me.changed = true;
    me.polls_to_wait = kPollsBetweenTries;
    me.known = {.profile = {},
                .why_no_profile = fmt::format("D-Bus: {}", std::strerror(-err)),
                .policies = {}};
  } else if (std::exchange(me.changed, false)) {
    me.known = me.ask_all();
  }
  return me.known;
}

}  // namespace lavd
