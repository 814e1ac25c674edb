using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>Progress of evaluations, shown as that of training is.</summary>
/// <param name="progress">where reports go; null: nowhere.</param>
/// <param name="log">Where messages go.</param>
/// <param name="clock">Measures rates.</param>
public sealed class EvaluationProgress(IProgress<ProgressReport>? progress, Action<string> log, TimeProvider clock)
{
    /// <summary>Progress that nobody watches.</summary>
    public static EvaluationProgress None { get; } = new(null, _ => { }, TimeProvider.System);

    /// <summary>Writes a message of its own.</summary>
    public void Log(string message) => log(message);

    /// <summary>Begins a stretch of work; report on it through what is returned.</summary>
    /// <param name="what">Name of the work, as <c>linear-rotnet random</c>.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="imagesPerStep">Images of one step.</param>
    public Stretch Begin(string what, long steps, double imagesPerStep) => new(this, what, steps, imagesPerStep);

    /// <summary>A stretch of work.</summary>
    public sealed class Stretch
    {
        private readonly EvaluationProgress _owner;
        private readonly string _what;
        private readonly long _steps, _start;
        private readonly double _imagesPerStep;

        internal Stretch(EvaluationProgress owner, string what, long steps, double imagesPerStep)
        {
            (_owner, _what, _steps, _imagesPerStep) = (owner, what, steps, imagesPerStep);
            _start = owner.Clock.GetTimestamp();
        }

        /// <summary>Tells how many steps are done, and what they gave.</summary>
        public void Report(long done, params (string Name, double Value)[] values)
        {
            TimeSpan elapsed = _owner.Clock.GetElapsedTime(_start);
            TimeSpan remaining = done > 0 ? elapsed * ((double)(_steps - done) / done) : TimeSpan.Zero;
            _owner.Sink?.Report(new ProgressReport(_what, done, _steps,
                done * _imagesPerStep / Math.Max(elapsed.TotalSeconds, 1e-3), 0, values, remaining));
        }
    }

    private IProgress<ProgressReport>? Sink => progress;

    private TimeProvider Clock => clock;
}
