// The words of a scenario's steps for what a journal has: commands as they are typed, without "trade".
#pragma once

#include <string>
#include <vector>

#include "model/command.hpp"
#include "model/views.hpp"

namespace trade::cmd {

using ScenarioWords = std::vector<std::string>;

void add_option(ScenarioWords& words, const char* option, const std::string& value);

/// One line, quoted where need be, in which a dollar sign begins no variable.
std::string escaped_words(const ScenarioWords& words);

/// A phase as commands are written: with hyphens.
std::string phase_word(MarketPhase phase);

/// Sets what differs from the rules before; empty where nothing does.
ScenarioWords rules_words(const FirmRules& rules, const FirmRules& before);

/// Sets the limits that are given.
ScenarioWords limits_words(const std::string& account, const SetAccountLimits& limits);

ScenarioWords bands_words(const std::string& symbol, const SetPriceBands& bands);
/// The command that sets bands as they are.
SetPriceBands bands_before(const PriceBands& bands);

/// Takes the stop-loss leg of `legs` from the order that it became.
void add_stop_loss(OrderLegs& legs, const OrderView& exit);

ScenarioWords place_words(const PlaceOrder& order, const std::string& symbol, const std::string& client_id);

/// What a venue told of `order`, behind the venue's name; texts for people are left out.
std::string told_words(const VenueReport& body, const std::string& order);

}  // namespace trade::cmd
