// Search for hyper-parameters: the engine of `wavetrain tune`, asked for points by wavetrain.tuner.
#include "wavetrain/series/search.hpp"

#include "convert.hpp"

namespace wavetrain::python {
namespace {

class Search {
 public:
  Search(nb::handle parameters, nb::dict options) : space_(series::SearchSpace::from_config(to_config(parameters))) {
    series::SearchOptions o;
    const auto has = [&](const char* name) { return options.contains(name); };
    o.strategy = nb::cast<std::string>(nb::object(options["strategy"]));
    o.seed = nb::cast<std::uint64_t>(nb::object(options["seed"]));
    if (has("max_trials")) o.max_trials = nb::cast<Index>(nb::object(options["max_trials"]));
    if (has("max_epochs")) o.max_epochs = nb::cast<Index>(nb::object(options["max_epochs"]));
    if (has("factor")) o.factor = nb::cast<double>(nb::object(options["factor"]));
    if (has("iterations")) o.iterations = nb::cast<Index>(nb::object(options["iterations"]));
    strategy_ = series::make_search(space_, o);
  }

  // [(number, values, epochs), ...]; none when the search is over.
  nb::list propose() {
    nb::list list;
    proposed_ = strategy_->propose();
    for (const series::Trial& trial : proposed_) {
      list.append(nb::make_tuple(trial.number, to_python(trial.values), trial.epochs));
    }
    return list;
  }

  // Scores of what was proposed last, in that order; the smallest is the best, NaN is a failure.
  void learn(const std::vector<double>& scores) {
    if (scores.size() != proposed_.size()) throw ValueError("learn needs one score for each proposed trial");
    for (std::size_t i = 0; i < scores.size(); ++i) proposed_[i].score = scores[i];
    strategy_->learn(proposed_);
  }

 private:
  series::SearchSpace space_;
  std::unique_ptr<series::SearchStrategy> strategy_;
  std::vector<series::Trial> proposed_;
};

}  // namespace

void bind_search(nb::module_& m) {
  nb::class_<Search>(m, "Search")
      .def(nb::init<nb::handle, nb::dict>(), nb::arg("parameters"), nb::arg("options"))
      .def("propose", &Search::propose)
      .def("learn", &Search::learn, nb::arg("scores"));
  m.def("check_search_space",
        [](nb::handle parameters) { (void)series::SearchSpace::from_config(to_config(parameters)); });
}

}  // namespace wavetrain::python
