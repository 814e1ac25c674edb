using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>Progress of evaluations, shown as that of training is.</summary>
/// <param name="progress">Where reports go; null: nowhere.</param>
/// <param name="clock">Measures rates; the system's unless said here.</param>
public sealed class EvaluationProgress(IProgress<ProgressReport>? progress, TimeProvider? clock = null)
{
    /// <summary>Progress that nobody watches.</summary>
    public static EvaluationProgress None { get; } = new(null);

    /// <summary>Begins a stretch of work; report on it through what is returned.</summary>
    /// <param name="what">Name of the work, as <c>linear-rotnet random</c>.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="imagesPerStep">Images of one step.</param>
    public Stretch Begin(string what, long steps, double imagesPerStep) => new(this, what, steps, imagesPerStep);

    /// <summary>A stretch of work.</summary>
    public sealed class Stretch : IProgress<DecodingProgress>
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

        /// <summary>Tells how many images are done.</summary>
        public void Report(DecodingProgress value) => Report((long)value.Done);

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

    private TimeProvider Clock { get; } = clock ?? TimeProvider.System;
}
