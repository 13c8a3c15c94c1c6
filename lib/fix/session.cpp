#include "fix/session.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <quickfix/DataDictionary.h>
#include <quickfix/DataDictionaryProvider.h>
#include <quickfix/Log.h>
#include <quickfix/MessageStore.h>
#include <quickfix/Responder.h>
#include <quickfix/Session.h>

#include "fix/resend.hpp"

namespace trade {
namespace fix {

namespace {

/// A portion of a resend: then the line is to have taken what it got.
constexpr std::size_t resend_bytes_max = 1 << 20;
constexpr int resend_messages_max = 256;
/// Messages that come beyond a gap are kept until it is filled; with more the session ends.
constexpr int ahead_max = 10'000;

/// What QuickFIX wants of its store, and what it is not given: a resend is ours (see Resend below), and when
/// a session begins anew is the caller's to say.
class StoreAdapter : public FIX::MessageStore {
 public:
  struct Hooks {
    virtual ~Hooks() = default;
    virtual void resend_wanted(int first, int last) = 0;
    virtual bool may_reset() const = 0;
  };

  StoreAdapter(Store& store, Hooks& hooks) : store_(store), hooks_(hooks) {}

  bool set(int sequence, const std::string& message) throw(FIX::IOException) override {
    // In place of what is not kept stands a gap fill.
    if (is_sent_again(type_of(message))) store_.save(sequence, message);
    return true;
  }
  void get(int first, int last, std::vector<std::string>& messages) const throw(FIX::IOException) override {
    messages.clear();
    hooks_.resend_wanted(first, last);
  }
  int getNextSenderMsgSeqNum() const throw(FIX::IOException) override { return store_.next_sender(); }
  int getNextTargetMsgSeqNum() const throw(FIX::IOException) override { return store_.next_target(); }
  void setNextSenderMsgSeqNum(int sequence) throw(FIX::IOException) override {
    store_.set_next_sender(sequence);
  }
  void setNextTargetMsgSeqNum(int sequence) throw(FIX::IOException) override {
    store_.set_next_target(sequence);
  }
  void incrNextSenderMsgSeqNum() throw(FIX::IOException) override {
    store_.set_next_sender(store_.next_sender() + 1);
  }
  void incrNextTargetMsgSeqNum() throw(FIX::IOException) override {
    store_.set_next_target(store_.next_target() + 1);
  }
  /// QuickFIX would begin anew whenever the UTC date is another than that of this time.
  FIX::UtcTimeStamp getCreationTime() const throw(FIX::IOException) override { return FIX::UtcTimeStamp(); }
  void reset() throw(FIX::IOException) override {
    if (hooks_.may_reset()) store_.reset(FIX::UtcTimeStamp().getTimeT());
  }
  void refresh() throw(FIX::IOException) override {}

 private:
  Store& store_;
  Hooks& hooks_;
};

class LogAdapter : public FIX::Log {
 public:
  explicit LogAdapter(Handler& handler) : handler_(handler) {}
  void clear() override {}
  void backup() override {}
  void onIncoming(const std::string&) override {}
  void onOutgoing(const std::string&) override {}
  void onEvent(const std::string& text) override { handler_.log(text); }

 private:
  Handler& handler_;
};

class LogAdapterFactory : public FIX::LogFactory {
 public:
  explicit LogAdapterFactory(Handler& handler) : handler_(handler) {}
  FIX::Log* create() override { return new LogAdapter(handler_); }
  FIX::Log* create(const FIX::SessionID&) override { return new LogAdapter(handler_); }
  void destroy(FIX::Log* log) override { delete log; }

 private:
  Handler& handler_;
};

FIX::DataDictionaryProvider dictionaries(const SessionOptions& options) {
  FIX::DataDictionaryProvider provider;
  if (options.initiates) return provider;
  const struct {
    const char* version;
    const char* text;
  } known[] = {{FIX::BeginString_FIX42, dictionary_fix42}, {FIX::BeginString_FIX44, dictionary_fix44}};
  for (const auto& row : known) {
    std::istringstream stream(row.text);
    ptr::shared_ptr<FIX::DataDictionary> dictionary(new FIX::DataDictionary(stream));
    provider.addTransportDataDictionary(FIX::BeginString(row.version), dictionary);
    provider.addApplicationDataDictionary(FIX::Message::toApplVerID(FIX::BeginString(row.version)),
                                          dictionary);
  }
  return provider;
}

FIX::Message to_quickfix(const Message& message) {
  FIX::Message made;
  made.getHeader().setField(FIX::FIELD::MsgType, message.type);
  for (const Field& field : message.fields)
    made.setField(field.tag, field.value);
  for (const Group& group : message.groups) {
    for (const std::vector<Field>& entry : group.entries) {
      // Some engines refuse a group whose fields stand in another order than the specification's.
      std::vector<int> order;
      for (const Field& field : entry)
        order.push_back(field.tag);
      order.push_back(0);
      FIX::Group part(group.count_tag, group.first_tag, order.data());
      for (const Field& field : entry)
        part.setField(field.tag, field.value);
      made.addGroup(part);
    }
  }
  return made;
}

}  // namespace

struct Session::State : FIX::Application, FIX::MessageStoreFactory, FIX::Responder, StoreAdapter::Hooks {
  State(const SessionOptions& options, Store& given_store, Handler& given_handler)
      : store_(given_store),
        handler_(given_handler),
        logs_(given_handler),
        session_(*this, *this, FIX::SessionID(options.version, options.our_comp_id, options.their_comp_id),
                 dictionaries(options), FIX::TimeRange(FIX::UtcTimeOnly(0, 0, 0), FIX::UtcTimeOnly(0, 0, 0)),
                 // What makes it an initiator.
                 options.initiates ? options.heartbeat_seconds : 0, &logs_),
        initiates_(options.initiates),
        password_(options.password) {
    session_.setMaxLatency(options.latency_seconds_max);
    session_.setLogonTimeout(options.logon_seconds_max);
    session_.setTimestampPrecision(3);
    route_.version = options.version;
    route_.sender = options.our_comp_id;
    route_.target = options.their_comp_id;
  }

  FIX::MessageStore* create(const FIX::SessionID&) override { return new StoreAdapter(store_, *this); }
  void destroy(FIX::MessageStore* store) override { delete store; }

  void onCreate(const FIX::SessionID&) override {}
  void onLogon(const FIX::SessionID&) override { handler_.logged_on(); }
  void onLogout(const FIX::SessionID&) override { handler_.logged_out(); }
  void toAdmin(FIX::Message& message, const FIX::SessionID&) override {
    if (!initiates_ || message.getHeader().getField(FIX::FIELD::MsgType) != FIX::MsgType_Logon) return;
    if (!password_.empty()) message.setField(FIX::FIELD::Password, password_);
    if (begins_anew_) message.setField(FIX::FIELD::ResetSeqNumFlag, "Y");
  }
  void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
  void fromAdmin(const FIX::Message& message,
                 const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                              FIX::IncorrectTagValue, FIX::RejectLogon) override {
    if (message.getHeader().getField(FIX::FIELD::MsgType) == FIX::MsgType_Reject)
      handler_.refused(parse(message.toString()));
  }
  void fromApp(const FIX::Message& message,
               const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                            FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
    // One that waited for a gap to be filled is not the one that has just come.
    const Verdict verdict = handler_.received(parse(message.toString()));
    if (verdict.kind == Verdict::value_wrong) throw FIX::IncorrectTagValue(verdict.tag);
    if (verdict.kind == Verdict::field_missing) throw FIX::FieldNotFound(verdict.tag);
    if (verdict.kind == Verdict::type_unsupported) throw FIX::UnsupportedMessageType();
  }

  bool send(const std::string& bytes) override {
    if (connection_ == nullptr) return false;
    if (drops_gap_fill_) {
      // QuickFIX found nothing to resend, and says so; what there is comes from us.
      drops_gap_fill_ = false;
      return true;
    }
    if (resend_next_ != 0 && is_sent_again(type_of(bytes))) {
      // It has its number, and comes when the resend gets there.
      resend_goes_to_end_ = true;
      return true;
    }
    connection_->send(bytes);
    return true;
  }
  void disconnect() override {
    Connection* connection = connection_;
    connection_ = nullptr;
    end_resend();
    if (connection != nullptr) connection->disconnect();
  }

  bool may_reset() const override { return may_reset_; }
  void resend_wanted(int first, int last) override {
    drops_gap_fill_ = true;
    const int begin = std::max(first, 1);
    if (begin > last) {
      handler_.log("a resend from " + std::to_string(begin) + " on is wanted, but the last message is " +
                   std::to_string(last));
      return;
    }
    resend_last_ = resend_next_ == 0 ? last : std::max(last, resend_last_);
    resend_next_ = begin;
    gap_first_ = 0;
  }
  void end_resend() {
    resend_next_ = resend_last_ = gap_first_ = 0;
    resend_goes_to_end_ = false;
  }
  static std::string now() { return FIX::UtcTimeStampConvertor::convert(FIX::UtcTimeStamp(), 3); }
  void fill_gap(int next) {
    if (gap_first_ != 0 && gap_first_ < next) connection_->send(gap_fill(route_, gap_first_, next, now()));
    gap_first_ = 0;
  }
  /// Messages of which nothing is kept, and those that are not sent again, become gap fills.
  void resend_portion(int last) {
    for (const std::string& message : store_.messages(resend_next_, last)) {
      const int sequence = sequence_of(message);
      if (!is_sent_again(type_of(message))) continue;
      if (gap_first_ == 0 && sequence > resend_next_) gap_first_ = resend_next_;
      fill_gap(sequence);
      connection_->send(sent_again(message, now()));
      resend_next_ = sequence + 1;
    }
    if (resend_next_ <= last) {
      if (gap_first_ == 0) gap_first_ = resend_next_;
      resend_next_ = last + 1;
    }
  }
  void go_on_resending() {
    while (resend_next_ != 0 && connection_ != nullptr && connection_->unsent_bytes() < resend_bytes_max) {
      if (resend_goes_to_end_) resend_last_ = store_.next_sender() - 1;
      if (resend_next_ > resend_last_) {
        fill_gap(resend_next_);
        return end_resend();
      }
      resend_portion(std::min(resend_last_, resend_next_ + resend_messages_max - 1));
    }
  }

  /// What QuickFIX keeps until a gap is filled.
  void count_ahead(int sequence, int expected_before) {
    if (store_.next_target() != expected_before) {
      ahead_ = 0;
    } else if (sequence > store_.next_target() && ++ahead_ > ahead_max) {
      ahead_ = 0;
      session_.logout("the gap from " + std::to_string(store_.next_target()) + " on is not filled");
      session_.next();
    }
  }

  Store& store_;
  Handler& handler_;
  LogAdapterFactory logs_;
  Connection* connection_ = nullptr;
  Route route_;
  bool may_reset_ = false;
  bool drops_gap_fill_ = false;
  int resend_next_ = 0;  ///< the next to be sent again; 0: none
  int resend_last_ = 0;
  bool resend_goes_to_end_ = false;  ///< there are newer ones, which were not sent yet
  int gap_first_ = 0;                ///< from here on nothing was sent again; 0: no gap
  int ahead_ = 0;
  FIX::Session session_;
  const bool initiates_;
  const std::string password_;
  bool begins_anew_ = false;  ///< so the Logon says
};

Session::Session(const SessionOptions& options, Store& store, Handler& handler)
    : state_(new State(options, store, handler)) {}
Session::~Session() = default;

bool Session::attach(Connection& connection) {
  if (state_->connection_ != nullptr) return false;
  state_->connection_ = &connection;
  state_->session_.setResponder(state_.get());
  state_->session_.logon();
  state_->ahead_ = 0;
  if (state_->initiates_) {
    // Nothing has come since the numbers began at 1, so the other side may not know that they did.
    state_->begins_anew_ = state_->store_.next_target() == 1;
    if (state_->begins_anew_) state_->store_.reset(FIX::UtcTimeStamp().getTimeT());
    tick();
  }
  return true;
}

void Session::detach() {
  state_->connection_ = nullptr;
  state_->end_resend();
  state_->session_.disconnect();
  state_->session_.setResponder(nullptr);
}

bool Session::attached() const {
  return state_->connection_ != nullptr;
}

bool Session::logged_on() const {
  return state_->session_.isLoggedOn();
}

void Session::receive(const std::string& bytes) {
  const std::string type = type_of(bytes);
  const int sequence = sequence_of(bytes);
  const int expected = state_->store_.next_target();
  if (type == FIX::MsgType_Logon) {
    const std::string refusal = state_->handler_.check_logon(parse(bytes));
    if (!refusal.empty()) {
      state_->handler_.log("refused: " + refusal);
      state_->disconnect();
      return;
    }
    state_->may_reset_ = true;
  }
  if (type == FIX::MsgType_Logout) {
    const std::string why = parse(bytes).text(FIX::FIELD::Text);
    if (!why.empty()) state_->handler_.log("the other side logs out: " + why);
  }
  state_->drops_gap_fill_ = false;
  try {
    // Without a dictionary QuickFIX knows no repeating groups, and takes them for an error.
    state_->session_.next(state_->initiates_ && is_sent_again(type) ? without_repeats(bytes) : bytes,
                          FIX::UtcTimeStamp());
  } catch (const std::exception& error) {
    state_->handler_.log(std::string("not understood: ") + error.what());
  }
  state_->may_reset_ = false;
  state_->drops_gap_fill_ = false;
  // QuickFIX counts a Logout that came out of turn as the one that it expects, which would then be lost.
  if (type == FIX::MsgType_Logout && sequence != expected && state_->store_.next_target() == expected + 1)
    state_->store_.set_next_target(expected);
  state_->count_ahead(sequence, expected);
  go_on_resending();
}

void Session::tick() {
  try {
    state_->session_.next();
  } catch (const std::exception& error) {
    state_->handler_.log(error.what());
  }
}

void Session::send(const Message& message) {
  FIX::Message made = to_quickfix(message);
  state_->session_.send(made);
}

void Session::log_out(const std::string& reason) {
  state_->session_.logout(reason);
  tick();
}

void Session::begin_anew(const std::string& reason) {
  if (logged_on()) log_out(reason);
  state_->session_.disconnect();
  state_->store_.reset(FIX::UtcTimeStamp().getTimeT());
}

void Session::go_on_resending() {
  state_->go_on_resending();
}

bool Session::resending() const {
  return state_->resend_next_ != 0;
}

}  // namespace fix
}  // namespace trade
