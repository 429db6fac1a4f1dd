#include "wavetrain/series/search.hpp"

#include <cmath>
#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

Config entry(std::initializer_list<Config::Entry> entries) { return Config::dict(entries); }

SearchSpace space_of() {
  return SearchSpace::from_config(
      Config::dict({{"units", entry({{"type", "int"}, {"min", 16}, {"max", 64}, {"step", 16}})},
                    {"rate", entry({{"type", "float"}, {"min", 1e-4}, {"max", 1e-1}, {"sampling", "log"}})},
                    {"cell", entry({{"type", "choice"}, {"values", Config::list({"LSTM", "GRU"})}})},
                    {"dropout", entry({{"type", "float"},
                                       {"min", 0.0},
                                       {"max", 0.4},
                                       {"step", 0.2},
                                       {"parent", "cell"},
                                       {"parent_values", Config::list({"GRU"})}})},
                    {"epochs", 5}}));
}

TEST(SearchSpace, ValuesLieWhereTheyShould) {
  const SearchSpace space = space_of();
  Random random(1);
  std::set<std::int64_t> units;
  for (int i = 0; i < 200; ++i) {
    const Config values = space.at(space.random(random));
    units.insert(values.at("units").as_int());
    const double rate = values.at("rate").as_double();
    EXPECT_TRUE(rate >= 1e-4 && rate <= 1e-1);
    EXPECT_EQ(values.at("epochs").as_int(), 5);
    // Only active parameters are there.
    EXPECT_EQ(values.find("dropout") != nullptr, values.at("cell").as_string() == "GRU");
  }
  EXPECT_EQ(units, (std::set<std::int64_t>{16, 32, 48, 64}));  // max included
  EXPECT_NEAR(space.parameters()[1].at(0.5).as_double(), std::sqrt(1e-5), 1e-6);
  EXPECT_NEAR(space.parameters()[1].position(Config(std::sqrt(1e-5))), 0.5, 1e-9);
}

TEST(SearchSpace, StepsWithLogSamplingMultiply) {
  const SearchSpace space = SearchSpace::from_config(
      Config::dict({{"batch", entry({{"type", "int"}, {"min", 8}, {"max", 64}, {"step", 2}, {"sampling", "log"}})}}));
  std::vector<std::int64_t> values;
  for (const Config& point : space.grid()) values.push_back(point.at("batch").as_int());
  EXPECT_EQ(values, (std::vector<std::int64_t>{8, 16, 32, 64}));
}

TEST(SearchSpace, GridHasAllCombinations) {
  // 4 units x 10 rates x (LSTM, or GRU with three dropouts)
  EXPECT_EQ(space_of().grid().size(), 160u);
}

TEST(SearchSpace, SaysWhatIsWrong) {
  const auto of = [](Config config) { return SearchSpace::from_config(Config::dict({{"p", std::move(config)}})); };
  EXPECT_THROW(of(entry({{"type", "int"}, {"min", 3}, {"max", 1}})), ValueError);
  EXPECT_THROW(of(entry({{"type", "float"}, {"min", 0}, {"max", 1}, {"sampling", "log"}})), ValueError);
  EXPECT_THROW(of(entry({{"type", "choice"}, {"values", Config(Config::List{})}})), ValueError);
  EXPECT_THROW(of(entry({{"type", "word"}})), ValueError);
  EXPECT_THROW(of(entry({{"type", "boolean"}, {"minimum", 0}})), ValueError);
  EXPECT_THROW(of(entry({{"type", "boolean"}, {"parent", "q"}, {"parent_values", Config::list({true})}})), ValueError);
}

// (log10 rate + 2)^2 + (units - 48)^2 / 1000, and 0.3 more for LSTM.
double score(const Config& values) {
  const double rate = std::log10(values.at("rate").as_double()) + 2, units = values.at("units").as_double() - 48;
  return rate * rate + units * units / 1000 + (values.at("cell").as_string() == "LSTM" ? 0.3 : 0.0);
}

std::vector<Trial> run(const SearchOptions& options) {
  const SearchSpace space = space_of();
  const std::unique_ptr<SearchStrategy> strategy = make_search(space, options);
  std::vector<Trial> all;
  for (std::vector<Trial> batch = strategy->propose(); !batch.empty(); batch = strategy->propose()) {
    for (Trial& trial : batch) trial.score = score(trial.values);
    strategy->learn(batch);
    all.insert(all.end(), batch.begin(), batch.end());
  }
  return all;
}

double best(const std::vector<Trial>& trials) {
  double lowest = std::numeric_limits<double>::infinity();
  for (const Trial& trial : trials) lowest = std::min(lowest, trial.score);
  return lowest;
}

TEST(Search, TheSameSeedProposesTheSame) {
  for (const char* strategy : {"random", "grid", "hyperband", "bayesian"}) {
    const SearchOptions options{.strategy = strategy, .max_trials = 20, .seed = 3, .max_epochs = 27};
    const std::vector<Trial> a = run(options), b = run(options);
    ASSERT_EQ(a.size(), b.size()) << strategy;
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].values, b[i].values);
      EXPECT_EQ(a[i].number, static_cast<Index>(i));
    }
    if (std::string(strategy) != "hyperband") {
      EXPECT_EQ(a.size(), 20u) << strategy;
    }
  }
}

TEST(Search, BayesianBeatsRandom) {
  int wins = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const double random = best(run({.strategy = "random", .max_trials = 35, .seed = seed}));
    const double bayesian = best(run({.strategy = "bayesian", .max_trials = 35, .seed = seed}));
    wins += bayesian < random;
  }
  EXPECT_GE(wins, 6);
}

TEST(Search, HyperbandHalves) {
  const std::vector<Trial> trials = run({.strategy = "hyperband", .seed = 1, .max_epochs = 9, .factor = 3});
  std::vector<Index> epochs;
  for (const Trial& trial : trials) epochs.push_back(trial.epochs);
  // Brackets of 9, 5 and 3 trials: 9·1, 3·3, 1·9; 5·3, 1·9; 3·9.
  EXPECT_EQ(epochs, (std::vector<Index>{1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 9, 3, 3, 3, 3, 3, 9, 9, 9, 9}));
}

TEST(Search, OptionsAreChecked) {
  const SearchSpace space = space_of();
  EXPECT_THROW(make_search(space, {.strategy = "luck"}), ValueError);
  EXPECT_THROW(make_search(space, {.max_trials = 0}), ValueError);
  EXPECT_THROW(make_search(SearchSpace(), {}), ValueError);
  EXPECT_THROW(make_search(space, {.strategy = "hyperband", .factor = 1}), ValueError);
}

}  // namespace
}  // namespace wavetrain::series
