// What commands write: tables for people, JSON for machines, histories and learning curves.
#pragma once

#include <string>
#include <vector>

#include "wavetrain/callback.hpp"
#include "wavetrain/config.hpp"

namespace wavetrain::app {

Config to_config(const Logs& logs);
// "loss 0.1234, accuracy 0.9800".
std::string to_line(const Logs& logs);

// epoch,loss,accuracy,…: one row per epoch, epochs from 0 as Keras' CSVLogger writes them.
std::string history_csv(const History& history);

// A drawing with one panel for the loss and one for each metric, training and validation as lines. Empty histories give
// empty panels; values that are not finite leave a gap.
std::string curves_svg(const History& history, const std::string& title);

// Text as a csv field (RFC 4180), and as XML.
std::string csv_field(const std::string& text);
std::string xml_escape(const std::string& text);

}  // namespace wavetrain::app
