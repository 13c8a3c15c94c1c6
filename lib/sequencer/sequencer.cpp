#include "sequencer/sequencer.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "model/admission.hpp"
#include "sequencer/queries.hpp"
#include "sequencer/reply_size.hpp"

namespace trade::sequencer {

namespace {

/// Frames whose memory is kept for the next batch.
constexpr std::size_t frames_kept_max = 256;
constexpr std::size_t frame_kept_bytes_max = 64u << 10;

/// The orders that the answer to a CancelAllOrders shows at most: more would hold up everybody's orders for
/// more than some milliseconds.
constexpr std::size_t ended_orders_shown_max = 10'000;

/// Who names an order by its id and no account at all means that of the order. Those who may act for some
/// accounts alone must name one of them (lib/access), so that only an operator can leave it out.
template <class Command>
RejectReason resolve_owner(const Engine& engine, Command& command) {
  if (command.account || !command.order) return RejectReason::none;
  const auto order = engine.order(command.order);
  if (!order) return RejectReason::unknown_order;
  command.account = engine.find_account(order->account);
  return RejectReason::none;
}

/// Fills in the numbers that a command leaves to the names beside it. Says why it cannot.
RejectReason resolve_names(const Engine& engine, const SubmittedCommand& submitted, CommandBody& body) {
  RejectReason reason = RejectReason::none;
  if (submitted.account_name.empty() && submitted.symbol_name.empty()) {
    if (auto* cancel = std::get_if<CancelOrder>(&body)) return resolve_owner(engine, *cancel);
    if (auto* replacement = std::get_if<ReplaceOrder>(&body)) return resolve_owner(engine, *replacement);
    return reason;
  }
  std::visit(
      [&](auto& command) {
        if constexpr (requires { command.account.value; }) {
          if (!command.account && !submitted.account_name.empty()) {
            command.account = engine.find_account(submitted.account_name);
            if (!command.account) reason = RejectReason::unknown_account;
          }
        }
        if constexpr (requires { command.symbol.value; }) {
          if (reason == RejectReason::none && !command.symbol && !submitted.symbol_name.empty()) {
            command.symbol = engine.find_symbol(submitted.symbol_name);
            if (!command.symbol) reason = RejectReason::unknown_symbol;
          }
        }
      },
      body);
  return reason;
}

/// The orders that the command ended, those that a venue is asked to end too. What ended of others by the way
/// is not theirs to see.
void describe_ended(const Engine& engine, const CancelAllOrders& command, std::span<const Event> events,
                    CommandResult& result) {
  const auto show = [&](AccountId account, OrderId order) {
    if (command.account && account != command.account) return;
    if (result.leg_views.size() >= ended_orders_shown_max) return;
    if (auto view = engine.order(order)) result.leg_views.push_back(*std::move(view));
  };
  for (const Event& event : events) {
    if (const auto* cancelled = std::get_if<OrderCancelled>(&event.body)) {
      show(cancelled->account, cancelled->order);
    } else if (const auto* changed = std::get_if<VenueStateChanged>(&event.body)) {
      show(changed->account, changed->order);
    }
  }
}

/// Opening or closing by hand stays within the day that trades.
void fill_in_trading_date(const Engine& engine, CommandBody& body) {
  if (auto* session = std::get_if<SetSession>(&body); session != nullptr && session->trading_date == Date{}) {
    session->trading_date = engine.session().trading_date;
  }
}

}  // namespace

Sequencer::Sequencer(Engine engine, const journal::Head& head, const Clock& clock)
    : engine_(std::move(engine)),
      clock_(clock),
      next_batch_(head.batch + 1),
      next_command_(head.next_command) {
  TRADE_ASSERT(engine_.last_sequence() == head.last_sequence, "the engine is where the journal ends");
}

Timestamp Sequencer::stamp() const {
  // A wall clock may be set back; the journal's time may not.
  return std::max(clock_.now(), engine_.last_timestamp());
}

void Sequencer::handle(const bus::ClientIdentity& client, const Request& request, bus::Frame& frame,
                       Admission admission) {
  AddressedReply& addressed = replies_.emplace_back();
  addressed.client = client;
  addressed.reply.id = request.id;
  const auto* submitted = std::get_if<SubmitRequest>(&request.body);
  if (submitted == nullptr) {
    ++counters_.queries;
    addressed.reply.body = answer_query(engine_, request.body);
    reply_bytes_ += approximate_bytes(addressed.reply.body);
    return;
  }
  auto& reply = addressed.reply.body.emplace<SubmitReply>();
  reply.packed = submitted->want_packed_results;
  auto& results = reply.results;
  results.reserve(submitted->commands.size());
  const Timestamp timestamp = stamp();
  // All are made out first, so that the engine sees what is coming, and where they are to stay. A name that
  // an earlier one of them gives is known only when its turn comes.
  const std::size_t first = commands_.size();
  for (const SubmittedCommand& command : submitted->commands) {
    commands_.push_back({timestamp, command.body});
    resolve_names(engine_, command, commands_.back().body);
  }
  const std::span<Command> upcoming = std::span(commands_).subspan(first);
  std::size_t sequenced = first;
  for (std::size_t i = 0; i < upcoming.size(); ++i) {
    engine_.prefetch(upcoming, i);
    const std::uint64_t commands_before = counters_.commands;
    results.push_back(submit_one(submitted->commands[i], upcoming[i], *submitted, admission));
    if (counters_.commands == commands_before) continue;
    // The places of those that were not sequenced are taken by the ones behind them.
    if (sequenced != first + i) commands_[sequenced] = upcoming[i];
    ++sequenced;
  }
  commands_.resize(sequenced);
  results_ += submitted->commands.size();
  reply_bytes_ += approximate_bytes(addressed.reply.body);
  // The batch's commands and events have views into the frame; if nothing was sequenced, nothing has.
  if (sequenced == first) return;
  if (frames_used_ == frames_.size()) frames_.emplace_back();
  frame_bytes_ += frame.bytes().size();
  std::swap(frames_[frames_used_++], frame);
}

void Sequencer::answer(const bus::ClientIdentity& client, Reply reply) {
  reply_bytes_ += approximate_bytes(reply.body);
  replies_.push_back({client, std::move(reply)});
}

CommandResult Sequencer::submit_one(const SubmittedCommand& submitted, Command& command,
                                    const SubmitRequest& request, Admission admission) {
  CommandResult result;
  result.timestamp = command.timestamp;
  if (admission == Admission::no_orders && can_be_refused(submitted.body)) {
    ++counters_.rejected;
    result.reason = RejectReason::overloaded;
    return result;
  }
  // The clock that it speaks of is tradingd's: a ClockRequest asks for it to be changed.
  result.reason = std::holds_alternative<SetClock>(command.body)
                      ? RejectReason::invalid_command
                      : resolve_names(engine_, submitted, command.body);
  if (result.reason != RejectReason::none) {
    ++counters_.rejected;
    return result;
  }
  fill_in_trading_date(engine_, command.body);
  const std::size_t first_event = events_.size();
  const ApplyResult applied = request.dry_run ? engine_.check(command) : apply(command);
  result.reason = applied.reason;
  result.duplicate = applied.duplicate;
  result.affected = applied.affected;
  if (applied.reason != RejectReason::none) ++counters_.rejected;
  if (request.dry_run) return result;
  result.order = applied.order;
  result.sequence = engine_.last_sequence();
  if (applied.order) describe_order(applied, request, first_event, result);
  // Of several in one request, no frame might hold them.
  const auto* all = std::get_if<CancelAllOrders>(&command.body);
  if (all != nullptr && request.want_orders && request.commands.size() == 1)
    describe_ended(engine_, *all, std::span(events_).subspan(first_event), result);
  return result;
}

void Sequencer::describe_order(const ApplyResult& applied, const SubmitRequest& request,
                               std::size_t first_event, CommandResult& result) const {
  // Somebody else's order is not shown to whoever tried to touch it.
  if (applied.reason == RejectReason::not_your_order) return;
  // Of a refused duplicate the engine keeps nothing but its number.
  if (applied.reason == RejectReason::duplicate_client_order_id) result.status = OrderStatus::rejected;
  if (const auto state = engine_.order_state(applied.order)) {
    result.status = state->status;
    result.filled_quantity = state->filled_quantity;
    result.filled_notional = state->filled_notional;
  }
  if (request.want_orders) {
    result.order_view = engine_.order(applied.order);
    const LegIds legs = result.order_view ? result.order_view->legs() : LegIds{};
    for (const OrderId leg : legs) {
      if (auto view = engine_.order(leg)) result.leg_views.push_back(*std::move(view));
    }
  }
  if (!request.want_fills) return;
  for (std::size_t i = first_event; i < events_.size(); ++i) {
    const auto* trade = std::get_if<TradeExecuted>(&events_[i].body);
    if (trade != nullptr && trade->taker_order == applied.order) {
      result.fills.push_back({trade->maker_order, trade->price, trade->quantity});
    }
  }
}

ApplyResult Sequencer::apply(const Command& command) {
  const std::size_t events_before = events_.size();
  const ApplyResult result = engine_.apply(command, events_);
  events_per_command_.push_back(static_cast<std::uint32_t>(events_.size() - events_before));
  ++counters_.commands;
  return result;
}

ApplyResult Sequencer::sequence(const CommandBody& body) {
  commands_.push_back({stamp(), body});
  return apply(commands_.back());
}

Sequencer::ClosedBatch Sequencer::close() {
  TRADE_ASSERT(!commands_.empty(), "a batch has commands");
  ClosedBatch closed;
  closed.header.batch = next_batch_++;
  closed.header.first_command = next_command_;
  closed.header.first_sequence = engine_.last_sequence() - events_.size() + 1;
  closed.header.state_hash = engine_.state_hash();
  closed.last_sequence = engine_.last_sequence();
  next_command_ += commands_.size();
  closed.next_command = next_command_;
  closed.encoded = encoder_.encode_batch(closed.header, commands_, events_per_command_, events_);
  commands_.clear();
  events_per_command_.clear();
  events_.clear();
  frames_used_ = 0;
  frame_bytes_ = 0;
  // A burst of huge frames must not be paid for ever.
  if (frames_.size() > frames_kept_max) frames_.resize(frames_kept_max);
  for (bus::Frame& frame : frames_) {
    if (frame.capacity_bytes() > frame_kept_bytes_max) frame = {};
  }
  return closed;
}

void Sequencer::take_replies(std::vector<AddressedReply>& replies) {
  replies.clear();
  std::swap(replies, replies_);
  results_ = 0;
  reply_bytes_ = 0;
}

}  // namespace trade::sequencer
