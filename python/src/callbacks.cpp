#include "callbacks.hpp"

#include <nanobind/stl/shared_ptr.h>

namespace wavetrain::python {
namespace {

nb::object number(double value) { return nb::float_(value); }

// Calls the hooks of a Python object. `_batch_hooks` of its class says whether it has hooks for batches.
class PythonCallback final : public Callback {
 public:
  PythonCallback(nb::object object, Pending& pending)
      : object_(std::move(object)), pending_(pending), batches_(nb::cast<bool>(object_.attr("_wants_batches")())) {}
  ~PythonCallback() override {
    const nb::gil_scoped_acquire gil;
    object_.reset();
  }
  PythonCallback(const PythonCallback&) = delete;
  PythonCallback& operator=(const PythonCallback&) = delete;

  bool wants_batches() const override { return batches_; }

  void on_train_begin() override {
    const nb::gil_scoped_acquire gil;
    nb::dict about;
    about["verbose"] = params().verbose;
    about["epochs"] = params().epochs;
    about["steps"] = params().steps;
    object_.attr("set_params")(about);
    hook("on_train_begin", nb::dict());
  }
  void on_train_end(const Logs& logs) override { call("on_train_end", logs); }
  void on_epoch_begin(Index epoch) override { call("on_epoch_begin", epoch, Logs{}); }
  void on_epoch_end(Index epoch, Logs& logs) override {
    const nb::gil_scoped_acquire gil;
    nb::dict dict = to_python(logs);
    hook("on_epoch_end", epoch, dict);
    for (const auto& [name, value] : dict) {
      if (PyNumber_Check(value.ptr()))
        logs.set(nb::cast<std::string>(nb::str(name)), nb::cast<double>(nb::float_(value)));
    }
  }
  void on_train_batch_begin(Index batch) override { call("on_train_batch_begin", batch, Logs{}); }
  void on_train_batch_end(Index batch, const Logs& logs) override { call("on_train_batch_end", batch, logs); }
  void on_test_begin() override { call("on_test_begin", Logs{}); }
  void on_test_end(const Logs& logs) override { call("on_test_end", logs); }
  void on_test_batch_begin(Index batch) override { call("on_test_batch_begin", batch, Logs{}); }
  void on_test_batch_end(Index batch, const Logs& logs) override { call("on_test_batch_end", batch, logs); }
  void on_predict_begin() override { call("on_predict_begin", Logs{}); }
  void on_predict_end() override { call("on_predict_end", Logs{}); }
  void on_predict_batch_begin(Index batch) override { call("on_predict_batch_begin", batch, Logs{}); }
  void on_predict_batch_end(Index batch) override { call("on_predict_batch_end", batch, Logs{}); }

 private:
  void call(const char* name, const Logs& logs) {
    const nb::gil_scoped_acquire gil;
    hook(name, to_python(logs));
  }
  void call(const char* name, Index number, const Logs& logs) {
    const nb::gil_scoped_acquire gil;
    hook(name, number, to_python(logs));
  }
  // Errors of a hook end training at once; Ctrl-C lets it end in order.
  template <class... Args>
  void hook(const char* name, Args&&... args) {
    try {
      object_.attr(name)(std::forward<Args>(args)...);
    } catch (nb::python_error& error) {
      if (!error.matches(PyExc_KeyboardInterrupt)) throw;
      pending_.capture(std::move(error));
    }
  }

  nb::object object_;
  Pending& pending_;
  bool batches_;
};

NativeCallback learning_rate_scheduler(nb::object schedule, Index verbose) {
  return {callbacks::LearningRateScheduler{
      .schedule =
          [schedule = std::move(schedule)](Index epoch, double rate) {
            const nb::gil_scoped_acquire gil;
            return nb::cast<double>(nb::float_(through_interrupts([&] { return schedule(epoch, rate); }, true)));
          },
      .verbose = verbose}};
}

// The callbacks of a training loop that Python runs.
class Runner {
 public:
  Runner(Sequential& model, nb::handle list, int verbose, Index epochs, Index steps)
      : callbacks_(assembled(list, verbose), &model, {.verbose = verbose, .epochs = epochs, .steps = steps}) {}

  // Calls a hook by name; returns the logs as the callbacks left them.
  nb::object call(const std::string& hook, Index number, nb::handle values) {
    Logs logs;
    for (const auto& [name, value] : nb::cast<nb::dict>(values)) {
      logs.set(nb::cast<std::string>(name), nb::cast<double>(nb::float_(value)));
    }
    logs = logs.sorted();
    if (hook == "on_train_begin") callbacks_.on_train_begin();
    else if (hook == "on_train_end") callbacks_.on_train_end(logs);
    else if (hook == "on_epoch_begin") callbacks_.on_epoch_begin(number);
    else if (hook == "on_epoch_end") callbacks_.on_epoch_end(number, logs);
    else if (hook == "on_train_batch_begin") callbacks_.on_train_batch_begin(number);
    else if (hook == "on_train_batch_end") callbacks_.on_train_batch_end(number, logs);
    else if (hook == "on_test_begin") callbacks_.on_test_begin();
    else if (hook == "on_test_end") callbacks_.on_test_end(logs);
    else if (hook == "on_test_batch_begin") callbacks_.on_test_batch_begin(number);
    else if (hook == "on_test_batch_end") callbacks_.on_test_batch_end(number, logs);
    else if (hook == "on_predict_begin") callbacks_.on_predict_begin();
    else if (hook == "on_predict_end") callbacks_.on_predict_end();
    else if (hook == "on_predict_batch_begin") callbacks_.on_predict_batch_begin(number);
    else if (hook == "on_predict_batch_end") callbacks_.on_predict_batch_end(number);
    else throw ValueError("There is no hook '" + hook + "'.");
    pending_.rethrow();
    return to_python(logs);
  }
  bool wants_batches() const { return callbacks_.wants_batches(); }

 private:
  std::vector<std::shared_ptr<Callback>> assembled(nb::handle list, int verbose) {
    auto all = to_callbacks(list, pending_);
    if (verbose > 0) all.push_back(callbacks::ProgbarLogger{});
    return all;
  }

  Pending pending_;
  CallbackList callbacks_;
};

}  // namespace

std::vector<std::shared_ptr<Callback>> to_callbacks(nb::handle list, Pending& pending) {
  std::vector<std::shared_ptr<Callback>> result;
  for (nb::handle item : list) {
    const nb::object native = nb::getattr(item, "_native", nb::none());
    if (native.is_none()) result.push_back(std::make_shared<PythonCallback>(nb::borrow(item), pending));
    else result.push_back(nb::cast<NativeCallback&>(native).callback);
  }
  return result;
}

void bind_callbacks(nb::module_& m) {
  nb::class_<NativeCallback>(m, "NativeCallback")
      .def("__init__", [](NativeCallback* self,
                          nb::handle config) { new (self) NativeCallback{callback_from_config(to_config(config))}; })
      .def("state", [](const NativeCallback& self) {
        nb::dict state;
        if (const auto* stop = dynamic_cast<const callbacks::EarlyStoppingCallback*>(self.callback.get())) {
          state["stopped_epoch"] = stop->stopped_epoch();
          state["best_epoch"] = stop->best_epoch();
          state["wait"] = stop->wait();
          state["best"] = stop->best() ? number(*stop->best()) : nb::none();
        }
        return state;
      });
  nb::class_<Runner>(m, "CallbackRunner")
      .def(nb::init<Sequential&, nb::handle, int, Index, Index>(), nb::keep_alive<1, 2>())
      .def("call", &Runner::call)
      .def_prop_ro("wants_batches", &Runner::wants_batches);
  m.def("learning_rate_scheduler", &learning_rate_scheduler, nb::arg("schedule"), nb::arg("verbose") = 0);
}

}  // namespace wavetrain::python
