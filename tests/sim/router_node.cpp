#include "sim/router_node.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace trade::sim {

using fixd::VenueNews;

namespace {

constexpr std::size_t portion_max = 4;
constexpr std::uint64_t outbox_id = 1;
constexpr int batches_per_turn_max = 8;
/// Longer than an answer takes that nothing delays.
constexpr std::int64_t answer_time_max_ns = 50 * millisecond;

/// Whether the order has ended at its venue.
bool tells_end(const VenueReport& told) {
  switch (told.kind) {
    case VenueReportKind::cancelled:
    case VenueReportKind::expired:
    case VenueReportKind::rejected:
    case VenueReportKind::not_known:
      return true;
    case VenueReportKind::filled:
    case VenueReportKind::status:
      return !told.leaves;
    default:
      return false;
  }
}

/// All that a report tells, with texts of its own.
VenueNews news_of(const engine_test::ToldReport& told) {
  VenueNews news;
  news.venue = told.body.venue;
  news.order = told.body.order;
  news.kind = told.body.kind;
  news.request = told.body.request;
  news.execution_id = told.execution_id;
  news.reference_execution_id = told.reference;
  news.venue_order_id = told.venue_order_id;
  news.quantity = told.body.quantity;
  news.price = told.body.price;
  news.stop_price = told.body.stop_price;
  news.cumulative = told.body.cumulative;
  news.leaves = told.body.leaves;
  news.average_price = told.body.average_price;
  return news;
}

}  // namespace

RouterNode::RouterNode(World& world, const VirtualJournal& journal, VenueLine& line, VenueNode& venue,
                       std::uint32_t number, Hooks hooks)
    : world_(world),
      journal_(journal),
      line_(line),
      market_(venue),
      number_(number),
      hooks_(std::move(hooks)) {}

void RouterNode::start() {
  state_ = std::make_unique<State>(durable_);
  alive_ = std::make_shared<bool>(true);
  inquiry_ = {};
  sent_at_ns_.clear();
  up_known_ = false;
  dirty_ = false;
  logged_on_ = false;
  asking_ = 0;
  connect_at_ns_ = 0;
  // Nobody has told tradingd how the process before this one ended.
  up_told_ = true;
  if (!venue()) return;
  tell_session(false);
  if (!world_.is_broken(Breakage::request_again)) return;
  for (const OrderId id : state_->table.orders(venue())) {
    for (fixd::VenueRequest& request : state_->table.order(id)->open)
      request.sent = false;
  }
}

void RouterNode::kill() {
  if (!running()) return;
  // Killed while it wrote: all of it is on the disk, or nothing.
  if (saving_ && world_.below(2) == 0) durable_ = *std::move(saving_);
  saving_.reset();
  *alive_ = false;
  state_.reset();
  line_.cut();
}

void RouterNode::turn() {
  if (!running()) return;
  if (logged_on_ && !line_.up()) lose_line();
  follow();
  if (venue()) {
    if (!logged_on_ && world_.monotonic_ns() >= connect_at_ns_) connect();
    if (logged_on_) {
      tell_unanswered();
      ask();
    }
  } else if (logged_on_) {
    line_.cut();
    lose_line();
  }
  settle();
  submit();
}

// --- the journal ---

void RouterNode::follow() {
  VirtualReader reader(journal_, &world_);
  wire::Batch batch;
  for (int i = 0; i < batches_per_turn_max; ++i) {
    const auto read = reader.read(state_->batch + 1, batch);
    if (!read || !*read) return;
    for (const Event& event : batch.events)
      apply(event);
    ++state_->batch;
    dirty_ = true;
  }
}

void RouterNode::apply(const Event& event) {
  fixd::VenueTable& table = state_->table;
  if (const auto* added = std::get_if<VenueAdded>(&event.body)) {
    table.take(*added);
    // A venue that is known again begins as down.
    if (logged_on_) {
      line_.cut();
    } else {
      up_told_ = false;
    }
  } else if (const auto* removed = std::get_if<VenueRemoved>(&event.body)) {
    table.take(*removed);
  } else if (const auto* made = std::get_if<VenueRequestMade>(&event.body)) {
    if (table.take(*made, "", "")) send(made->order, made->number);
  } else if (const auto* changed = std::get_if<VenueStateChanged>(&event.body)) {
    table.take(*changed);
    told_state(changed->order, changed->state);
  } else if (const auto* session = std::get_if<VenueSessionChanged>(&event.body)) {
    told_session(*session);
  } else if (const auto* trade = std::get_if<VenueTradeExecuted>(&event.body)) {
    if (!trade->leaves) table.end(trade->order);
  } else if (const auto* cancelled = std::get_if<OrderCancelled>(&event.body)) {
    table.end(cancelled->order);
  }
}

void RouterNode::told_state(OrderId order, VenueState state) {
  if (state == VenueState::unknown) {
    // Where the session was lost, all are asked about together once it is known to be up again.
    if (up_known_ && logged_on_) inquiry_.add(order, world_.monotonic_ns());
    return;
  }
  inquiry_.known(order);
  if (state != VenueState::ended) return;
  inquiry_.answered(order);
  std::erase_if(sent_at_ns_, [&](const auto& sent) { return sent.first.first == order; });
}

void RouterNode::told_session(const VenueSessionChanged& session) {
  up_known_ = session.up;
  inquiry_.end();
  if (!session.up || !logged_on_) return;
  std::vector<OrderId> unknown;
  for (const OrderId id : state_->table.orders(session.venue)) {
    if (state_->table.find(id)->state == VenueState::unknown) unknown.push_back(id);
  }
  inquiry_.begin(unknown, true, world_.monotonic_ns());
}

// --- the venue ---

void RouterNode::connect() {
  line_.begin();
  if (market_.loses_numbers() && world_.happens(Fault::venue_numbers_lost)) {
    state_->numbers.begin_anew();
    durable_.numbers.begin_anew();
    if (saving_) saving_->numbers.begin_anew();
    market_.begin_anew();
    dirty_ = true;
  }
  logged_on_ = true;
  market_.begin_line(state_->numbers.heard);
  transmitted_ = market_.numbers().heard;
  transmit();
  send_waiting();
  tell_session(true);
}

void RouterNode::lose_line() {
  logged_on_ = false;
  inquiry_.end();
  sent_at_ns_.clear();
  connect_at_ns_ = world_.monotonic_ns() + static_cast<std::int64_t>(5 + world_.below(60)) * millisecond;
  tell_session(false);
}

/// Marks it as sent: what is said and that it was become durable together.
void RouterNode::send(OrderId id, std::uint32_t number) {
  fixd::VenueOrder* const order = state_->table.order(id);
  if (!logged_on_ || order == nullptr) return;
  const auto request = std::ranges::find(order->open, number, &fixd::VenueRequest::number);
  if (request == order->open.end() || std::exchange(request->sent, true)) return;
  ToVenue said;
  said.request = {.order = id, .venue = order->venue, .kind = request->kind, .number = request->number};
  said.request.side = order->side;
  said.request.type = order->type;
  said.request.time_in_force = order->time_in_force;
  said.request.quantity = request->terms.quantity;
  said.request.limit_price = request->terms.limit_price;
  said.request.stop_price = request->terms.stop_price;
  say(said);
  sent_at_ns_[{id, number}] = world_.monotonic_ns();
}

void RouterNode::send_waiting() {
  for (const OrderId id : state_->table.orders(venue())) {
    const std::vector<fixd::VenueRequest> open = state_->table.find(id)->open;
    for (const fixd::VenueRequest& request : open)
      send(id, request.number);
  }
}

void RouterNode::say(ToVenue said) {
  state_->numbers.said.push_back(std::move(said));
  dirty_ = true;
}

/// Only what is durable.
void RouterNode::transmit() {
  const std::vector<ToVenue>& said = durable_.numbers.said;
  while (logged_on_ && line_.up() && transmitted_ < said.size()) {
    const std::uint64_t number = transmitted_++;
    line_.carry(VenueLine::End::venue,
                [this, number, message = said[number]] { market_.hear(number, message); });
  }
}

void RouterNode::beat() {
  if (!running() || !logged_on_ || !line_.up()) return;
  line_.carry(VenueLine::End::venue, [this, count = transmitted_] { market_.hear_count(count); });
  market_.beat([this](std::uint64_t said_there) {
    if (running() && said_there > state_->numbers.heard) line_.cut();
  });
}

/// What the venue says nothing of on a line that stays up.
void RouterNode::tell_unanswered() {
  std::erase_if(sent_at_ns_, [&](const auto& sent) {
    if (world_.monotonic_ns() - sent.second < answer_time_max_ns) return false;
    const auto& [order, number] = sent.first;
    VenueNews news;
    news.venue = venue();
    news.order = order;
    news.kind = VenueReportKind::unanswered;
    news.request = number;
    tell(std::move(news));
    // Of what has ended here the journal says no more.
    const fixd::VenueOrder* const kept = state_->table.find(order);
    if (kept != nullptr && kept->over) inquiry_.ask_again(order, world_.monotonic_ns());
    return true;
  });
}

void RouterNode::ask() {
  for (const fixd::VenueInquiry::Question& question : inquiry_.turn(world_.monotonic_ns())) {
    if (!question.mass && state_->table.find(question.order) == nullptr) {
      inquiry_.answered(question.order);
      continue;
    }
    ToVenue said;
    said.kind = question.mass ? ToVenue::Kind::question_about_all : ToVenue::Kind::question;
    said.order = question.order;
    say(said);
  }
}

void RouterNode::hear(std::uint64_t number, const FromVenue& said) {
  if (!running() || !logged_on_ || !take_number(state_->numbers.heard, number, line_)) return;
  dirty_ = true;
  if (said.all_told) {
    inquiry_.mass_done(world_.monotonic_ns());
    return turn();
  }
  const VenueReport& told = said.report.body;
  sent_at_ns_.erase({told.order, told.request});
  if (told.kind == VenueReportKind::status || told.kind == VenueReportKind::not_known)
    inquiry_.answered(told.order);
  // Of what had ended here the journal does not tell that it has ended there too.
  const fixd::VenueOrder* const order = state_->table.find(told.order);
  if (order != nullptr && order->over && tells_end(told)) state_->table.end(told.order);
  const bool forgets = world_.is_broken(Breakage::forgotten_fill) && told.kind == VenueReportKind::filled &&
                       world_.below(10) == 0;
  if (!forgets) tell(news_of(said.report));
  turn();
}

// --- tradingd ---

void RouterNode::tell_session(bool up) {
  if (up == up_told_) return;
  up_told_ = up;
  VenueNews news;
  news.what = VenueNews::Kind::session;
  news.venue = {1};
  news.up = up;
  tell(std::move(news));
}

void RouterNode::tell(VenueNews news) {
  state_->outbox.push_back(std::move(news));
  dirty_ = true;
}

/// One portion at a time, so that all is taken in the order in which it came; and only what is durable.
void RouterNode::submit() {
  const std::uint64_t durable_next = durable_.outbox_next();
  if (asking_ != 0) {
    if (world_.monotonic_ns() < ask_again_at_ns_) return;
  } else {
    if (durable_next <= state_->outbox_first) return;
    portion_ = std::min<std::size_t>(durable_next - state_->outbox_first, 1 + world_.below(portion_max));
    asking_ = std::uint64_t{number_} << 32 | ++requests_;
  }
  SubmitRequest request;
  for (std::size_t i = 0; i < portion_; ++i)
    request.commands.push_back(
        {state_->outbox[i].command({.outbox = outbox_id, .value = state_->outbox_first + i + 1}), {}, {}});
  hooks_.to_tradingd(encoder_.encode(Request{asking_, request}));
  ask_again_at_ns_ = world_.monotonic_ns() + static_cast<std::int64_t>(40 + world_.below(60)) * millisecond;
}

void RouterNode::receive(const Reply& reply) {
  if (!running() || reply.id != asking_) return;
  const auto* submitted = std::get_if<SubmitReply>(&reply.body);
  // Refused as a whole, which is no answer: it is told again.
  if (submitted == nullptr) return;
  if (submitted->results.size() != portion_) return hooks_.violation("fixd got a reply of another size");
  for (std::size_t i = 0; i < portion_; ++i)
    take_result(state_->outbox[i], submitted->results[i].reason);
  state_->outbox.erase(state_->outbox.begin(),
                       state_->outbox.begin() + static_cast<std::ptrdiff_t>(portion_));
  state_->outbox_first += portion_;
  asking_ = 0;
  dirty_ = true;
  turn();
}

/// What a venue tells is taken, unless it was told before.
void RouterNode::take_result(const VenueNews& news, RejectReason reason) const {
  switch (reason) {
    case RejectReason::none:
    case RejectReason::no_change:
    case RejectReason::duplicate_execution:
      return;
    default:
      // The venue was removed meanwhile.
      if (news.what == VenueNews::Kind::session && reason == RejectReason::unknown_venue) return;
      hooks_.violation("what a venue told of order " + std::to_string(news.order.value) + " (" +
                       std::string(name_of(news.kind)) +
                       ") was refused: " + std::string(row_of(reason).name));
  }
}

// --- the disk ---

void RouterNode::settle() {
  if (!dirty_ || saving_) return;
  dirty_ = false;
  saving_ = *state_;
  world_.after(static_cast<std::int64_t>(200 + world_.below(3'000)) * microsecond, [this, alive = alive_] {
    if (*alive) saved();
  });
}

void RouterNode::saved() {
  if (world_.happens(Fault::router_write_failed)) return kill();
  durable_ = *std::exchange(saving_, std::nullopt);
  transmit();
  turn();
}

bool RouterNode::settled() const {
  if (!running() || dirty_ || saving_ || asking_ != 0 || !state_->outbox.empty()) return false;
  if (state_->batch != journal_.head().batch) return false;
  // Only a venue that is there can tell what it has undone.
  if (!venue()) return false;
  const SessionNumbers<FromVenue>& there = market_.numbers();
  return logged_on_ && line_.up() && inquiry_.size() == 0 && !inquiry_.mass_pending() &&
         sent_at_ns_.empty() && there.heard == state_->numbers.said.size() &&
         state_->numbers.heard == there.said.size();
}

}  // namespace trade::sim
