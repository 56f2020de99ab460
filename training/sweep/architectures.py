"""The architectures of the sweep, with the width and height of their pictures."""

from dataclasses import dataclass, field

EXPORTERS = ("torchscript", "dynamo")


@dataclass(frozen=True)
class Architecture:
    """A network of a library; in torchvision also a part of one, as in "network:backbone"."""

    library: str
    name: str
    size: int
    options: dict = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The name among those of all libraries."""
        return f"{self.library}/{self.name}"


def timm(size: int, names: str) -> list[Architecture]:
    """Networks that take pictures of any size, or are built for this one."""
    return [Architecture("timm", name, size) for name in names.split()]


def timm_built_for(size: int, names: str) -> list[Architecture]:
    """Networks whose parameters depend on the size."""
    return [Architecture("timm", name, size, {"img_size": size}) for name in names.split()]


def torchvision(size: int, names: str) -> list[Architecture]:
    """Networks and parts of torchvision."""
    return [Architecture("torchvision", name, size) for name in names.split()]


MOBILE = """
    mobilenetv1_100 mobilenetv2_100 mobilenetv3_small_100 mobilenetv3_large_100 tf_mobilenetv3_small_minimal_100
    mobilenetv4_conv_small mobilenetv4_conv_blur_medium mobilenetv4_hybrid_medium mobilenet_edgetpu_v2_xs mobileone_s0
    efficientnet_b0 efficientnet_blur_b0 efficientnet_cc_b0_4e efficientnet_b0_gn efficientnet_b0_g16_evos
    efficientnet_es efficientnet_lite0 tf_efficientnet_b0 tf_efficientnet_lite0 efficientnetv2_rw_t
    tf_efficientnetv2_b0 gc_efficientnetv2_rw_t ghostnet_100 ghostnetv2_100 ghostnetv3_100 repghostnet_100
    mnasnet_small semnasnet_100 spnasnet_100 fbnetc_100 fbnetv3_b mixnet_s tf_mixnet_s hardcorenas_a lcnet_100
    lcnetv2_small tinynet_e rexnet_100 rexnetr_100 starnet_s1 fasternet_t0 shvit_s1 lowformer_b0 cpubone_nano csatv2
    efficientvim_m1 iformer_t repvit_m0_9 mobilevit_xxs mobilevitv2_050 edgenext_xx_small fastvit_t8 fastvit_sa12
    efficientvit_b0 efficientvit_m0 swiftformer_xs
"""

CONVOLUTIONAL = """
    resnet18 resnet26d resnet50 resnet50_gn resnet50_clip resnetaa34d resnetblur18 resnetrs50 resnet51q
    resnetv2_50 resnetv2_50x1_bit resnetv2_50d_evos resnetv2_50d_frn ecaresnet26t ecaresnetlight
    gcresnet33ts gcresnext26ts resnext50_32x4d seresnext26d_32x4d legacy_seresnet18 skresnet18 skresnext50_32x4d
    resnest14d resnest50d_1s4x24d res2net50_26w_4s res2next50 dla46_c dla60_res2net densenet121 densenetblur121d
    rdnet_tiny dpn68 dpn68b regnetx_002 regnety_002 regnetz_005 regnetv_040 nf_regnet_b0 nf_ecaresnet26 nfnet_l0
    eca_nfnet_l0 convnext_atto convnext_zepto_rms_ols convnextv2_atto repvgg_a0 gernet_s hrnet_w18_small hgnet_tiny
    hgnetv2_b0 inception_v3 inception_v4 xception41 xception41p legacy_xception cspresnet50 cspresnext50 cspdarknet53
    cs3darknet_focus_s cs3sedarknet_l darknet17 cspnext_tiny vovnet39a ese_vovnet19b_dw eca_vovnet39b selecsls42b
    tresnet_m tresnet_v2_l test_byobnet lambda_resnet26t inception_next_atto mambaout_femto poolformer_s12
    poolformerv2_s12 caformer_s18 convformer_s18 convmixer_768_32
"""

ATTENTION = """
    coat_lite_tiny coat_tiny pit_ti_224 pit_xs_distilled_224 mixer_s32_224 gmixer_12_224 gmlp_ti16_224 resmlp_12_224
    visformer_tiny cait_xxs24_224 convit_tiny deit_tiny_patch16_224 deit_tiny_distilled_patch16_224
    deit3_small_patch16_224 vit_tiny_patch16_224 vit_small_patch32_224 vit_relpos_small_patch16_224
    vit_srelpos_small_patch16_224 vit_wee_patch16_reg1_gap_256 vit_small_patch16_rope_224
    vit_small_patch16_rope_mixed_224 vit_tiny_r_s16_p8_224 vit_medium_patch16_clip_224 vit_pe_core_tiny_patch16_384
    flexivit_small beit_base_patch16_224 tnt_s_patch16_224 tnt_s_legacy_patch16_224 volo_d1_224 hiera_tiny_224
    efficientformerv2_s0 levit_128s levit_conv_128s vitamin_small_224
"""

WINDOWS = """
    lambda_resnet26rpt_256 botnet26t_256 sebotnet33ts_256 eca_botnext26ts_256 lamhalobotnet50ts_256
    coatnet_nano_rw_224 coatnet_0_224 coatnet_rmlp_nano_rw_224 coatnext_nano_rw_224 maxvit_pico_rw_256
    maxvit_tiny_tf_224 maxvit_rmlp_pico_rw_256 maxxvit_rmlp_nano_rw_256 maxxvitv2_nano_rw_256
    swin_tiny_patch4_window7_224 swin_s3_tiny_224 swinv2_tiny_window8_256 swinv2_cr_tiny_224 nest_tiny nest_tiny_jx
    gcvit_xxtiny hiera_small_abswin_256
"""

ARCHITECTURES = [
    *torchvision(
        96,
        """resnet18 resnext50_32x4d wide_resnet50_2 densenet121 inception_v3 googlenet squeezenet1_0 squeezenet1_1
        shufflenet_v2_x0_5 shufflenet_v2_x1_0 mobilenet_v2 mobilenet_v3_small mobilenet_v3_large mnasnet0_5
        efficientnet_b0 efficientnet_v2_s regnet_x_400mf regnet_y_400mf convnext_tiny""",
    ),
    *torchvision(
        160,
        """ssdlite320_mobilenet_v3_large:backbone lraspp_mobilenet_v3_large deeplabv3_mobilenet_v3_large fcn_resnet50
        swin_t swin_v2_t fasterrcnn_mobilenet_v3_large_320_fpn:backbone""",
    ),
    *torchvision(224, "alexnet vgg11_bn maxvit_t vit_b_32"),
    *timm(96, MOBILE + CONVOLUTIONAL + "xcit_nano_12_p16_224 pvt_v2_b0 vit_small_patch16_dinov3"),
    *timm_built_for(96, ATTENTION),
    *timm_built_for(112, "vit_small_patch14_reg4_dinov2 eva02_tiny_patch14_224"),
    *timm(
        128,
        """twins_pcpvt_small twins_svt_small davit_tiny focalnet_tiny_srf focalnet_tiny_lrf hieradet_small
        sam2_hiera_tiny mvitv2_tiny nextvit_small tiny_vit_5m_224 efficientvit_l1""",
    ),
    *timm_built_for(128, WINDOWS),
    *timm(224, "efficientformer_l1 pvt_v2_b2_li"),
    *timm(240, "crossvit_tiny_240 crossvit_9_dagger_240"),
    *timm(256, "halonet26t sehalonet33ts bat_resnext26ts"),
    *timm(96, "inception_resnet_v2 dm_nfnet_f0 mobilenetv5_base pnasnet5large sequencer2d_s"),
]
