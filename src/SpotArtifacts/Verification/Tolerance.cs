namespace SpotArtifacts.Verification;

/// <summary>Which of the tables of <see cref="Tolerance"/> judges a file.</summary>
internal enum FixtureKind
{
    /// <summary>Single operations.</summary>
    Operations,

    /// <summary>The autoencoder, everything in full.</summary>
    Autoencoder,

    /// <summary>The autoencoder, samples and statistics.</summary>
    AutoencoderDigest,

    /// <summary>Stage 2, everything in full.</summary>
    Spotting,

    /// <summary>Stage 2, samples and statistics.</summary>
    SpottingDigest,
}

/// <summary>
/// Largest deviation of a float32 run that still shows the same method. Adam's first step is nearly lr * sign(gradient), and
/// crossing a kink of ReLU or max-pool changes a gradient by a percent, so what lies behind several steps is judged loosely or by
/// its l2 measure only; such a percent would also excuse a digest's gradient, not that of a full file, whose start is
/// well-conditioned.
/// </summary>
/// <param name="Max">Bound of the measure max; null = not judged by it.</param>
/// <param name="L2">Bound of the measure l2; null = not judged by it.</param>
internal sealed record Tolerance(double? Max, double? L2)
{
    // The first line whose prefix the stage has counts.
    private static readonly (string Prefix, Tolerance Tolerance)[] s_full =
    [
        ("step1.change", new(null, 0.01)),
        ("step5.change", new(null, 0.03)),
        ("ema5.change", new(null, 0.03)), // an average of what step5.change judges, no sharper than that
        ("slow5.change", new(null, 0.03)),
        ("resume.post.change", new(null, 0.003)),
        ("step5", new(1e-3, 1e-3)),
        ("resume.grad", new(5e-4, 5e-4)),
        ("grad", new(5e-4, 5e-4)),
        ("curve", new(5e-4, 5e-4)),
        ("", new(1e-4, 1e-4)),
    ];

    private static readonly (string Prefix, Tolerance Tolerance)[] s_spottingDigest =
    [
        ("step1.change", new(null, 0.5)),
        ("slow5.change", new(null, 0.1)),
        ("step5", new(null, null)),
        ("curve", new(null, null)),
        ("slow", new(1e-3, 1e-3)),
        ("grad", new(null, 0.05)),
        ("stat.grad", new(null, 0.05)),
        ("", new(1e-4, 1e-4)),
    ];

    private static readonly (string Prefix, Tolerance Tolerance)[] s_autoencoderDigest =
    [
        ("step1.change", new(null, 0.1)),
        ("step5.change", new(null, 0.1)),
        ("step5", new(1e-3, 1e-3)),
        ("grad", new(null, 0.01)),
        ("stat.grad", new(null, 0.01)),
        ("", new(1e-4, 1e-4)),
    ];

    private static readonly (string Prefix, Tolerance Tolerance)[] s_operations = [("", new(5e-6, 5e-6))];

    /// <summary>The tolerance of a stage.</summary>
    public static Tolerance Of(FixtureKind kind, string stage)
    {
        (string Prefix, Tolerance Tolerance)[] table = kind switch
        {
            FixtureKind.Operations => s_operations,
            FixtureKind.AutoencoderDigest => s_autoencoderDigest,
            FixtureKind.SpottingDigest => s_spottingDigest,
            _ => s_full,
        };
        return table.First(line => stage.StartsWith(line.Prefix, StringComparison.Ordinal)).Tolerance;
    }

    /// <summary>Whether a deviation lies within it; one that is not a number does not.</summary>
    public bool Allows(Deviation deviation) => (Max is null || deviation.Max <= Max) && (L2 is null || deviation.L2 <= L2);
}
