#include "fixd/venue_desk.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "app/log.hpp"
#include "base/clock.hpp"

namespace trade::fixd {

namespace {

constexpr std::size_t portion_max = 256;
/// After tradingd did not answer.
constexpr std::int64_t retry_after_ns = 100'000'000;

}  // namespace

VenueDesk::VenueDesk(Services services) : services_(std::move(services)), portion_(portion_max) {}

Result<std::unique_ptr<VenueDesk>> VenueDesk::open(const std::filesystem::path& home, Services services) {
  std::unique_ptr<VenueDesk> desk(new VenueDesk(std::move(services)));
  auto table = access::VenueStore::open(home, true);
  if (!table) return pass_on(std::move(table));
  desk->table_ = std::move(*table);
  return desk;
}

Status VenueDesk::start(bus::PollLoop& loop) {
  loop_ = &loop;
  find_taken();
  return read_table();
}

/// Until it is known what of the journal was there before what is kept here, nothing is sent.
void VenueDesk::find_beginning() {
  if (asking_beginning_) return;
  asking_beginning_ = true;
  services_.ask(RequestBody(StatusRequest{}), [this](Result<ReplyBody> reply) {
    asking_beginning_ = false;
    if (!reply) return;  // asked again later
    if (const auto* status = std::get_if<StatusReply>(&*reply)) {
      services_.state->set_made_at(status->daemon.sequence);
      services_.settle();
    }
  });
}

/// A store that was brought back from a backup may be behind what its outbox has told since. Its numbers
/// would come again for what is news.
void VenueDesk::find_taken() {
  if (asking_taken_) return;
  asking_taken_ = true;
  services_.ask(RequestBody(VenuesRequest{.name = {}, .removed = true}), [this](Result<ReplyBody> reply) {
    asking_taken_ = false;
    const auto* const answer = reply ? std::get_if<VenuesReply>(&*reply) : nullptr;
    if (answer == nullptr) return;  // asked again later
    const bool is_older = std::ranges::any_of(answer->venues, [this](const VenueView& venue) {
      return services_.state->outbox().note_taken(venue.told);
    });
    if (is_older)
      spdlog::warn("tradingd has taken more than is known here, as after a restore: numbers begin anew");
    knows_taken_ = true;
    services_.settle();
  });
}

/// A venue is spoken to when both the table and the journal know it.
Status VenueDesk::read_table() {
  if (!services_.state->made_at()) {
    find_beginning();
    return {};
  }
  auto rows = table_->list();
  if (!rows) return pass_on(std::move(rows));
  std::map<std::string, VenueId> there;
  for (const access::VenueSession& row : *rows) {
    const VenueId venue = services_.state->venues().venue(row.name);
    if (!venue) continue;
    there[row.name] = venue;
    auto& link = links_[row.name];
    if (link && link->config() == row && link->venue() == venue) continue;
    if (link) link->end("the venue was changed");
    link.reset();
    link = std::make_unique<VenueLink>(row, venue,
                                       VenueLink::Services{loop_, services_.state, services_.settle});
  }
  std::erase_if(links_, [&](const auto& entry) {
    if (there.contains(entry.first)) return false;
    entry.second->end("the venue was removed");
    return true;
  });
  return {};
}

VenueLink* VenueDesk::link(VenueId venue) {
  for (const auto& [name, link] : links_) {
    if (link->venue() == venue) return link.get();
  }
  return nullptr;
}

/// A request of before what is kept here may have been sent by what was here then: the venue is asked.
void VenueDesk::note(const Event& event, const VenueRequestMade& made) {
  FixState& state = *services_.state;
  const bool sent = !state.made_at() || event.sequence <= *state.made_at();
  const OrderTable& orders = state.orders();
  if (!state.venues().take(made, orders.account_name(made.account), orders.symbol_name(made.symbol), sent))
    return;
  if (VenueLink* const to = link(made.venue)) to->send(made.order, made.number);
}

void VenueDesk::note(const VenueStateChanged& changed) {
  services_.state->venues().take(changed);
  if (VenueLink* const of = link(changed.venue)) of->told_state(changed.order, changed.state);
}

void VenueDesk::apply(const Event& event) {
  VenueTable& venues = services_.state->venues();
  if (const auto* added = std::get_if<VenueAdded>(&event.body)) {
    venues.take(*added);
  } else if (const auto* removed = std::get_if<VenueRemoved>(&event.body)) {
    venues.take(*removed);
    // Before the table is looked at again it may be there again, and then its session begins as down.
    std::erase_if(links_, [&](const auto& entry) {
      if (entry.second->venue() != removed->venue) return false;
      entry.second->end("the venue was removed");
      return true;
    });
  } else if (const auto* made = std::get_if<VenueRequestMade>(&event.body)) {
    note(event, *made);
  } else if (const auto* changed = std::get_if<VenueStateChanged>(&event.body)) {
    note(*changed);
  } else if (const auto* session = std::get_if<VenueSessionChanged>(&event.body)) {
    if (VenueLink* const of = link(session->venue)) of->told_session(session->up);
  } else if (const auto* trade = std::get_if<VenueTradeExecuted>(&event.body)) {
    if (!trade->leaves) venues.end(trade->order);
  } else if (const auto* cancelled = std::get_if<OrderCancelled>(&event.body)) {
    venues.end(cancelled->order);
  }
}

void VenueDesk::turn() {
  for (const auto& [name, link] : links_)
    link->turn();
}

Status VenueDesk::tick(Timestamp now) {
  if (Status read = read_table(); !read) return read;
  if (!knows_taken_) find_taken();
  for (const auto& [name, link] : links_)
    link->tick(now);
  return {};
}

void VenueDesk::go_on_resending() {
  for (const auto& [name, link] : links_)
    link->go_on_resending();
}

void VenueDesk::flush() {
  for (const auto& [name, link] : links_)
    link->flush();
}

bool VenueDesk::resending() const {
  return std::ranges::any_of(links_, [](const auto& entry) { return entry.second->resending(); });
}

void VenueDesk::close(const std::string& why) {
  for (const auto& [name, link] : links_)
    link->end(why);
}

bool VenueDesk::is_telling() const {
  return knows_taken_ && !refused_last_ && !services_.state->outbox().empty();
}

/// One portion at a time, so that all is taken in the order in which it came.
void VenueDesk::submit() {
  const VenueOutbox& outbox = services_.state->outbox();
  const std::size_t count = std::min(outbox.durable(), portion_);
  if (asking_ || !knows_taken_ || count == 0 || monotonic_nanoseconds() < submit_at_ns_) return;
  SubmitRequest request;
  for (std::size_t i = 0; i < count; ++i)
    request.commands.push_back({outbox.at(i).command(outbox.number(i)), {}, {}});
  asking_ = true;
  services_.ask(RequestBody(std::move(request)),
                [this, count](Result<ReplyBody> reply) { taken(count, std::move(reply)); });
}

void VenueDesk::taken(std::size_t count, Result<ReplyBody> reply) {
  asking_ = false;
  VenueOutbox& outbox = services_.state->outbox();
  const auto* answer = reply ? std::get_if<SubmitReply>(&*reply) : nullptr;
  if (answer == nullptr || answer->results.size() != count) {
    const bool words_are_wrong =
        !reply && (reply.error().code == ErrorCode::usage || reply.error().code == ErrorCode::corrupt);
    if (words_are_wrong && count == 1) {
      spdlog::error("tradingd cannot understand what a venue told of order {}: {}", outbox.at(0).order.value,
                    reply.error().message);
      outbox.drop(1);
      return;
    }
    // What is in its way shows when each is told by itself.
    portion_ = words_are_wrong ? 1 : portion_max;
    if (!refused_last_) {
      spdlog::warn("tradingd has not taken what venues told; it is told again: {}",
                   reply ? "it did not say what became of it" : reply.error().message);
    }
    refused_last_ = true;
    submit_at_ns_ = monotonic_nanoseconds() + retry_after_ns;
    return;
  }
  refused_last_ = false;
  for (std::size_t i = 0; i < count; ++i) {
    if (answer->results[i].reason != RejectReason::none)
      note_refused(outbox.at(i), answer->results[i].reason);
  }
  told_ += static_cast<std::int64_t>(count);
  outbox.drop(count);
  if (portion_ == 1 && outbox.empty()) portion_ = portion_max;
  services_.settle();
}

void VenueDesk::note_refused(const VenueNews& news, RejectReason reason) const {
  if (news.what == VenueNews::Kind::session) return;
  // It was told before.
  if (reason == RejectReason::duplicate_execution || reason == RejectReason::no_change) return;
  spdlog::warn("what venue {} told of order {} ({}, execution {}) changes nothing: {}", news.venue.value,
               news.order.value, name_of(news.kind), news.execution_id, row_of(reason).text);
}

void VenueDesk::describe(DaemonView& view) const {
  view.counters["venues"] = static_cast<std::int64_t>(links_.size());
  view.counters["venues_logged_on"] =
      std::ranges::count_if(links_, [](const auto& entry) { return entry.second->is_logged_on(); });
  view.counters["venue_orders_open"] = static_cast<std::int64_t>(services_.state->venues().open_count());
  view.counters["venue_reports_waiting"] = static_cast<std::int64_t>(services_.state->outbox().size());
  view.counters["venue_reports_told"] = told_;
}

}  // namespace trade::fixd
