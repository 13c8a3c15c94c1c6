// What a venue says of orders.
#include <algorithm>
#include <string_view>
#include <utility>

#include "app/log.hpp"
#include "base/clock.hpp"
#include "fixd/venue_link.hpp"

namespace trade::fixd {

namespace {

// Tag 103.
constexpr int unknown_order_reason = 5;
constexpr int duplicate_order_reason = 6;
// Tag 102.
constexpr const char* unknown_order_code = "1";
constexpr const char* duplicate_request_code = "6";
// Tag 380.
constexpr const char* unsupported_type_code = "3";
constexpr const char* not_available_code = "4";
constexpr const char* invalid_type_reason = "11";  // tag 373

/// A replace that is in force under this number at the venue, or may be.
const VenueRequest* open_replace(const VenueOrder& order, std::uint32_t number) {
  const VenueRequest* const request = order.request(number);
  return request != nullptr && request->kind == VenueRequestKind::replace ? request : nullptr;
}

/// The replace that the venue has done by the terms that it tells, under whatever name; zero: none.
std::uint32_t replace_in_force(const VenueOrder& order, const VenueTerms& told) {
  const auto is_told = [&](const VenueTerms& terms) {
    return (!told.quantity || told.quantity == terms.quantity) &&
           (!told.limit_price || told.limit_price == terms.limit_price) &&
           (!told.stop_price || told.stop_price == terms.stop_price);
  };
  if (is_told(order.terms)) return 0;
  std::uint32_t number = 0;
  for (const VenueRequest& request : order.open) {
    if (request.kind == VenueRequestKind::replace && request.sent && is_told(request.terms))
      number = request.number;
  }
  return number;
}

bool has_open_change(const VenueOrder& order) {
  return std::ranges::any_of(order.open, [](const VenueRequest& request) {
    return request.kind != VenueRequestKind::place && request.sent;
  });
}

std::uint32_t open_cancel(const VenueOrder* order) {
  if (order == nullptr) return 0;
  const auto found = std::ranges::find(order->open, VenueRequestKind::cancel, &VenueRequest::kind);
  return found == order->open.end() ? 0 : found->number;
}

}  // namespace

fix::Verdict VenueLink::received(const fix::Message& message) {
  if (message.type == "8") return take_execution(message);
  if (message.type == "9") return take_cancel_reject(message);
  if (message.type == "j") {
    take_refusal(refusal_of(message));
    return {};
  }
  spdlog::info("venue {}: a message of type {} is passed over", config_.name, message.type);
  return {};
}

VenueNews VenueLink::news_of(const VenueExecution& execution, VenueReportKind kind) const {
  VenueNews news;
  news.venue = venue_;
  news.order = execution.request->order;
  news.kind = kind;
  news.execution_id = execution.execution_id;
  news.reference_execution_id = execution.reference_execution_id;
  news.venue_order_id = execution.venue_order_id;
  news.text = execution.text;
  news.cumulative = execution.cumulative;
  news.leaves = execution.leaves;
  news.average_price = execution.average_price;
  return news;
}

fix::Verdict VenueLink::take_execution(const fix::Message& message) {
  fix::Verdict wrong;
  auto execution = read_execution(message, wrong);
  if (!execution) {
    spdlog::error("venue {}: a report that cannot be understood is refused (tag {}): {}", config_.name,
                  wrong.tag, venue_text(message.text(11)));
    return wrong;
  }
  if (execution->request) heard_of(*execution->request);
  // What the venue does of itself need not have our ClOrdID in its place.
  if (!execution->request) execution->request = execution->original;
  const bool of_mass = !execution->mass_request.empty();
  if (execution->request) {
    if (execution->type == 'I' || of_mass) {
      take_status(*execution);
    } else {
      take_report(*execution);
    }
    forget_if_over(execution->request->order, execution->status);
  } else if (!of_mass) {
    spdlog::warn("venue {}: a report of an order that is none of ours is passed over: {}", config_.name,
                 venue_text(message.text(11)));
  }
  // Without an order it says that there is none.
  if (of_mass && (execution->last_of_mass || !execution->request))
    inquiry_.mass_done(monotonic_nanoseconds());
  return {};
}

/// The venue has answered it; nothing happens where the order is not known.
void VenueLink::close_request(VenueRequestId id) {
  heard_of(id);
  VenueOrder* const order = services_.state->venues().order(id.order);
  if (order == nullptr) return;
  order->close(id.number);
  services_.state->venues().changed(id.order);
}

/// Of what had ended here the journal does not tell that it has ended there too.
void VenueLink::forget_if_over(OrderId id, char status) {
  const VenueOrder* const order = services_.state->venues().find(id);
  if (order != nullptr && order->over && std::string_view("248C3").find(status) != std::string_view::npos)
    services_.state->venues().end(id);
}

/// The terms that the venue tells, where it does; else those that were asked for.
void VenueLink::replace_terms(VenueOrder& order, const VenueExecution& execution, std::uint32_t number,
                              VenueNews& news) {
  const VenueRequest* const asked = open_replace(order, number);
  VenueTerms terms = asked != nullptr ? asked->terms : order.terms;
  if (execution.terms.quantity) terms.quantity = execution.terms.quantity;
  if (execution.terms.limit_price) terms.limit_price = execution.terms.limit_price;
  if (execution.terms.stop_price) terms.stop_price = execution.terms.stop_price;
  news.request = asked != nullptr ? number : 0;
  news.quantity = terms.quantity;
  news.price = terms.limit_price;
  news.stop_price = terms.stop_price;
  order.terms = terms;
  // Also where it was given up here: that the venue did it gives the order that name there.
  if (asked != nullptr || execution.type == '5') order.current = std::max(order.current, number);
  order.close(number);
  services_.state->venues().changed(order.id);
}

void VenueLink::take_report(const VenueExecution& execution) {
  const VenueRequestId id = *execution.request;
  VenueOrder* const order = services_.state->venues().order(id.order);
  if (execution.type != '8' && execution.type != 'A') close_request({id.order, 1});  // it has been placed
  switch (execution.type) {
    case '0': {
      VenueNews news = news_of(execution, VenueReportKind::accepted);
      news.request = id.number;
      return tell(std::move(news));
    }
    case 'F': {
      VenueNews news = news_of(execution, VenueReportKind::filled);
      news.quantity = execution.last_quantity;
      news.price = execution.last_price;
      return tell(std::move(news));
    }
    case '4': {
      VenueNews news = news_of(execution, VenueReportKind::cancelled);
      const VenueRequest* const request = order == nullptr ? nullptr : order->request(id.number);
      if (request != nullptr && request->kind != VenueRequestKind::place) news.request = id.number;
      return tell(std::move(news));
    }
    case '3':
      // Of a longer order it is the day that is done.
      if (order != nullptr && order->time_in_force != TimeInForce::day) return;
      [[fallthrough]];
    case 'C':
      return tell(news_of(execution, VenueReportKind::expired));
    case '5':
    case 'D': {
      VenueNews news = news_of(execution, VenueReportKind::replaced);
      if (order == nullptr) {
        news.quantity = execution.terms.quantity;
        news.price = execution.terms.limit_price;
        news.stop_price = execution.terms.stop_price;
      } else {
        replace_terms(*order, execution, id.number, news);
      }
      if (news.quantity) tell(std::move(news));
      return;
    }
    case '8':
      return take_refused_order(execution);
    case 'H':
      return tell(news_of(execution, VenueReportKind::busted));
    case 'G': {
      VenueNews news = news_of(execution, VenueReportKind::corrected);
      news.quantity = execution.last_quantity;
      news.price = execution.last_price;
      return tell(std::move(news));
    }
    default:
      return;  // pending, triggered, calculated, suspended: nothing has come of it yet
  }
}

/// Rejected. That an id was used says that the venue has the order, or the change of it, already.
void VenueLink::take_refused_order(const VenueExecution& execution) {
  const VenueRequestId id = *execution.request;
  if (execution.reject_reason == duplicate_order_reason) return inquire(id.order);
  VenueOrder* const order = services_.state->venues().order(id.order);
  const VenueRequest* const request = order == nullptr ? nullptr : order->request(id.number);
  VenueReportKind kind = VenueReportKind::rejected;
  if (request != nullptr && request->kind == VenueRequestKind::cancel)
    kind = VenueReportKind::cancel_rejected;
  if (request != nullptr && request->kind == VenueRequestKind::replace)
    kind = VenueReportKind::replace_rejected;
  VenueNews news = news_of(execution, kind);
  news.request = id.number;
  close_request(id);
  tell(std::move(news));
}

/// The answer to a question of ours.
void VenueLink::take_status(const VenueExecution& execution) {
  const VenueRequestId id = *execution.request;
  VenueOrder* const order = services_.state->venues().order(id.order);
  if (execution.status == '8') return take_unknown(execution, order);
  if (execution.status == 'A') return inquire(id.order);
  const bool changing = execution.status == '6' || execution.status == 'E';
  close_request({id.order, 1});
  // It has not decided what came of the change that it was asked for.
  if (changing && asks_each_ && order != nullptr && has_open_change(*order)) return inquire(id.order);
  inquiry_.answered(id.order);
  if (order != nullptr && !changing) {
    const bool names_it = open_replace(*order, id.number) != nullptr;
    const std::uint32_t number = names_it ? id.number : replace_in_force(*order, execution.terms);
    if (number != 0) {
      VenueNews replaced = news_of(execution, VenueReportKind::replaced);
      replace_terms(*order, execution, number, replaced);
      tell(std::move(replaced));
    }
  }
  VenueNews news = news_of(execution, VenueReportKind::status);
  const bool over = execution.status == '4' || execution.status == 'C' || execution.status == '3';
  // First what was filled, then how it ended.
  if (over && order != nullptr)
    news.leaves = {std::max<std::int64_t>(order->terms.quantity.shares - execution.cumulative.shares, 0)};
  news.execution_id.clear();
  const bool ended_unfilled = over && news.leaves;
  tell(news);
  if (!ended_unfilled) {
    const VenueRequest* const change = order == nullptr ? nullptr : undecided_change(*order);
    if (change != nullptr && execution.leaves) take_undecided(execution, *order, *change);
    return;
  }
  news.leaves = {};
  if (execution.status == '4') {
    news.kind = VenueReportKind::cancelled;
    news.request = open_cancel(order);
    tell(std::move(news));
  } else if (execution.status == 'C' || order == nullptr || order->time_in_force == TimeInForce::day) {
    news.kind = VenueReportKind::expired;
    tell(std::move(news));
  }
}

/// The order lives on. A change that is not under way there any more did not come to it.
void VenueLink::take_undecided(const VenueExecution& execution, VenueOrder& order,
                               const VenueRequest& change) {
  if (execution.status == '6' || execution.status == 'E') return inquire(order.id);
  tell_change_refused(order, change, execution.text);
}

void VenueLink::tell_change_refused(VenueOrder& order, const VenueRequest& change, std::string text) {
  VenueNews news;
  news.venue = venue_;
  news.order = order.id;
  news.kind = change.kind == VenueRequestKind::cancel ? VenueReportKind::cancel_rejected
                                                      : VenueReportKind::replace_rejected;
  news.request = change.number;
  news.text = std::move(text);
  undecided_.erase(order.id.value);
  close_request({order.id, change.number});
  tell(std::move(news));
}

/// Rejected, or not known by the name that was asked for.
void VenueLink::take_unknown(const VenueExecution& execution, VenueOrder* order) {
  const VenueRequestId id = *execution.request;
  if (order == nullptr || !inquiry_.asks_about(id.order)) return;
  // A change that never came there says nothing of its order, which is asked about by itself.
  const VenueRequest* const change = undecided_change(*order);
  if (change != nullptr && change->number == id.number) {
    tell_change_refused(*order, *change, execution.text);
    return inquire(id.order);
  }
  const bool not_known = execution.reject_reason == unknown_order_reason || execution.reject_reason < 0;
  if (not_known) {
    const auto names = 1 + std::ranges::count_if(order->open, [](const VenueRequest& request) {
                         return request.kind == VenueRequestKind::replace && request.sent;
                       });
    if (inquiry_.attempt(id.order) + 1 < static_cast<std::uint64_t>(names))
      return inquiry_.try_next_name(id.order, monotonic_nanoseconds());
  }
  inquiry_.answered(id.order);
  VenueNews news = news_of(execution, not_known ? VenueReportKind::not_known : VenueReportKind::rejected);
  news.execution_id.clear();
  news.request = not_known ? 0 : id.number;
  tell(std::move(news));
}

fix::Verdict VenueLink::take_cancel_reject(const fix::Message& message) {
  const auto id = parse_request_id(message.text(11));
  if (!id) {
    spdlog::warn("venue {}: an OrderCancelReject that answers nothing of ours is passed over: {}",
                 config_.name, venue_text(message.text(11)));
    return {};
  }
  heard_of(*id);
  const std::string code = message.text(102);
  if (code == duplicate_request_code) {
    inquire(id->order);
    return {};
  }
  VenueNews news;
  news.venue = venue_;
  news.order = id->order;
  news.kind = message.text(434) == "2" ? VenueReportKind::replace_rejected : VenueReportKind::cancel_rejected;
  news.request = id->number;
  news.text = venue_text(message.text(58));
  if (message.text(37) != "NONE") news.venue_order_id = venue_id_text(message.text(37));
  close_request(*id);
  tell(std::move(news));
  if (code == unknown_order_code) inquire(id->order);
  return {};
}

void VenueLink::refused(const fix::Message& reject) {
  take_refusal(refusal_of(reject));
}

/// BusinessMessageReject or Reject: which of our messages it means stands in 379 or is found by its number.
VenueLink::Refusal VenueLink::refusal_of(const fix::Message& reject) const {
  Refusal refusal;
  const int sequence = std::atoi(reject.text(45).c_str());
  const auto kept = numbers_.messages(sequence, sequence);
  if (!kept.empty()) {
    const fix::Message ours = fix::parse(kept.front());
    refusal.type = ours.type;
    refusal.request = parse_request_id(ours.text(11));
  }
  if (!refusal.request) refusal.request = parse_request_id(reject.text(379));
  if (refusal.type.empty()) refusal.type = reject.text(372);
  refusal.undecided = reject.text(380) == not_available_code;
  refusal.unsupported = reject.text(380) == unsupported_type_code || reject.text(373) == invalid_type_reason;
  refusal.text = venue_text(reject.text(58).empty() ? "the message was refused" : reject.text(58));
  return refusal;
}

void VenueLink::take_refusal(const Refusal& refusal) {
  spdlog::warn("venue {}: a message of type {} was refused: {}", config_.name, refusal.type, refusal.text);
  const std::int64_t now_ns = monotonic_nanoseconds();
  if (refusal.type == "AF") {
    asks_mass_ = false;
    return inquiry_.mass_done(now_ns);
  }
  if (!refusal.request) return;
  const VenueRequestId id = *refusal.request;
  if (refusal.type == "H") {
    if (refusal.undecided || !refusal.unsupported) return;  // it is asked again later
    spdlog::error(
        "venue {}: it answers no questions about orders: what became of {} of them shows only when "
        "it tells of them by itself",
        config_.name, inquiry_.size());
    asks_each_ = false;
    return inquiry_.stop_asking();
  }
  heard_of(id);
  if (refusal.undecided) {
    if (refusal.type != "D") undecided_[id.order.value] = id.number;
    return inquire(id.order);
  }
  VenueNews news;
  news.venue = venue_;
  news.order = id.order;
  news.request = id.number;
  news.text = refusal.text;
  if (refusal.type == "D") {
    news.kind = VenueReportKind::rejected;
  } else if (refusal.type == "F") {
    news.kind = VenueReportKind::cancel_rejected;
  } else if (refusal.type == "G") {
    news.kind = VenueReportKind::replace_rejected;
  } else {
    return;
  }
  close_request(id);
  tell(std::move(news));
}

}  // namespace trade::fixd
