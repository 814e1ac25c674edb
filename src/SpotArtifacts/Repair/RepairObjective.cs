namespace SpotArtifacts.Repair;

/// <summary>The repair network's adversarial objective.</summary>
public enum RepairObjective
{
    /// <summary>Cross-entropy with swapped labels (the method).</summary>
    SwappedLabels,

    /// <summary>As the authors' demo: the discriminator's own cross-entropy and mask loss added to it (ablation).</summary>
    Demo,
}
