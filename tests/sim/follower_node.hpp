// ledgerd and feedd in the virtual world: the real application and the real tail, on a store whose writes
// take time, fail, and are lost when the process is killed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "follower/application.hpp"
#include "follower/follower.hpp"
#include "follower/tail.hpp"
#include "sim/virtual_journal.hpp"

namespace trade::sim {

/// Stands in for a daemon's writing thread. `Interface` is its Writer, `Store` has `write(Change)`.
template <class Interface, class Store, class Change>
class VirtualStoreWriter final : public Interface {
 public:
  VirtualStoreWriter(World& world, Store store) : world_(world), store_(std::move(store)) {}
  ~VirtualStoreWriter() override {
    *alive_ = false;
    // Killed while it wrote: all of it is on the disk, or nothing.
    if (change_ && !outcome_ && world_.below(2) == 0) static_cast<void>(store_.write(*change_));
  }

  void start(Change change) override {
    world_.kill_within_step();
    change_ = std::move(change);
    world_.after(static_cast<std::int64_t>(200 + world_.below(3'000)) * microsecond,
                 [this, alive = alive_, number = ++number_] {
                   if (*alive && number == number_) finish();
                 });
  }
  std::optional<typename Interface::Outcome> take_outcome() override {
    if (!outcome_) return std::nullopt;
    change_.reset();
    return std::exchange(outcome_, std::nullopt);
  }
  std::optional<typename Interface::Outcome> wait_for_outcome() override {
    finish();
    return take_outcome();
  }
  [[nodiscard]] bool busy() const override { return change_.has_value(); }

 private:
  void finish() {
    if (!change_ || outcome_) return;
    Status status = world_.happens(Fault::store_write_failed)
                        ? fail(ErrorCode::out_of_space, "the virtual disk is full")
                        : store_.write(*change_);
    outcome_.emplace();
    outcome_->status = std::move(status);
    outcome_->duration_ns = millisecond;
    if constexpr (requires { outcome_->changes; }) outcome_->changes = *change_;
  }

  World& world_;
  Store store_;
  std::optional<Change> change_;
  std::optional<typename Interface::Outcome> outcome_;
  std::uint64_t number_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// `App` is Books or Feed.
template <class App>
class FollowerNode {
 public:
  struct Hooks {
    std::function<Result<std::unique_ptr<App>>()> open;
    std::function<Status(App&, journal::Reader&)> check_origin;
    std::function<void(const std::string& problem)> violation;
  };
  FollowerNode(World& world, const VirtualJournal& journal, std::string name, Hooks hooks)
      : world_(world), journal_(journal), hooks_(std::move(hooks)) {
    options_.daemon = std::move(name);
    // The bounds of a group are counted in batches alone, and a silent journal is asked again at each turn:
    // the machine's time must not show.
    options_.group_time_max = std::chrono::hours(24);
    options_.silence_pause = std::chrono::milliseconds(0);
    options_.group_batches_max = 1 + world_.below(8);
    options_.open_journal = [this]() -> Result<std::unique_ptr<journal::Reader>> {
      return std::make_unique<VirtualReader>(journal_, &world_);
    };
  }

  void start() {
    auto opened = hooks_.open();
    if (!opened) return hooks_.violation(options_.daemon + " does not start: " + opened.error().message);
    application_ = std::move(*opened);
    VirtualReader reader(journal_);
    if (Status origin = hooks_.check_origin(*application_, reader); !origin)
      return hooks_.violation(options_.daemon + " does not start: " + origin.error().message);
    tail_ = std::make_unique<follower::Tail>(options_, *application_);
    idle_due_ns_ = 0;
  }
  void kill() {
    tail_.reset();
    application_.reset();
  }
  void stop() {
    try {
      static_cast<void>(application_->stop());
    } catch (const Killed&) {
    }
    kill();
  }
  [[nodiscard]] bool running() const { return tail_ != nullptr; }
  [[nodiscard]] App& application() { return *application_; }

  /// A turn of the loop.
  void turn() {
    if (!running()) return;
    try {
      if (const Status status = follow(); !status) {
        // The disk may fail; nothing else may.
        if (status.error().code != ErrorCode::out_of_space)
          hooks_.violation(options_.daemon + " stops: " + status.error().message);
        kill();
      }
    } catch (const Killed&) {
      kill();
    }
  }

 private:
  class NoSubscribers final : public follower::Publisher {
   public:
    [[nodiscard]] bool wanted(std::string_view) const override { return true; }
    void publish(std::string_view, const PublicationBody&) override {}
  };

  Status follow() {
    if (auto opened = tail_->open(); !opened) return pass_on(std::move(opened));
    auto group = tail_->apply_group();
    if (!group) return pass_on(std::move(group));
    NoSubscribers nobody;
    if (group->batches > 0) application_->publish(nobody);
    if (world_.monotonic_ns() < idle_due_ns_) return {};
    idle_due_ns_ = world_.monotonic_ns() + 50 * millisecond;
    return application_->idle(world_.now());
  }

  World& world_;
  const VirtualJournal& journal_;
  follower::Options options_;
  Hooks hooks_;
  std::unique_ptr<App> application_;
  std::unique_ptr<follower::Tail> tail_;
  std::int64_t idle_due_ns_ = 0;
};

}  // namespace trade::sim
